import { fetchUser, format } from './users.js';

console.log(format(fetchUser(1)));
