exports.format = JSON.stringify;
