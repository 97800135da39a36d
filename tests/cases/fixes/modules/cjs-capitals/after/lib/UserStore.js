module.exports = class UserStore {};
