const Store = require('./store');

console.log(new Store());
