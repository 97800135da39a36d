const UserStore = require('./lib/userStore');

console.log(new UserStore());
