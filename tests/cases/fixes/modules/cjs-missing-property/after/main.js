const { one, two } = require('./users');

console.log(one(), two());
