const { one } = require('./lib/helpers');

console.log(one());
