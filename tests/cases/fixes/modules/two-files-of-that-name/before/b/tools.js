exports.run = () => 2;
