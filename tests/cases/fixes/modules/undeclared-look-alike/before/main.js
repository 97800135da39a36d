const app = require('expres');

console.log(app);
