import { fetchUser } from './users.js';

console.log(fetchUser(1));
