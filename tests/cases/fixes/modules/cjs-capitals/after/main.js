const UserStore = require('./lib/UserStore');

console.log(new UserStore());
