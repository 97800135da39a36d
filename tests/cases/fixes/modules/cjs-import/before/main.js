const path = require('path');
import { fetchUser } from './users';

module.exports = fetchUser(path.sep);
