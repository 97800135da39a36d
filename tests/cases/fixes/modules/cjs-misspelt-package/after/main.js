const small = require('small-things');

console.log(small.one);
