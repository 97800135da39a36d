import { saveUser } from './users.js';
const { readFileSync: read } = require('fs');
const users = require('./users');

console.log(saveUser(users.fetchUser(1)), read.length);
