import { saveUser } from './users.js';
import { readFileSync as read } from 'fs';
import * as users from './users.js';

console.log(saveUser(users.fetchUser(1)), read.length);
