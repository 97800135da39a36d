const { format } = require('../lib/format');

console.log(format(1));
