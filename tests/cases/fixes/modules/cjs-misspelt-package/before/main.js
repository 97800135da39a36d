const small = require('small-thigns');

console.log(small.one);
