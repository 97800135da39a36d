const { format } = require('./format');

console.log(format(1));
