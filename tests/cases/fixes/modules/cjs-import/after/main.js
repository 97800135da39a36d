const path = require('path');
const { fetchUser } = require('./users');

module.exports = fetchUser(path.sep);
