const { run } = require('./tools');

console.log(run());
