const { one } = require('./lib/helpres');

console.log(one());
