exports.one = () => 1;
