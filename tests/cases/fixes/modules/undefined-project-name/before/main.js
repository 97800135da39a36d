import { fetchUser } from './users.js';

console.log(saveUser(fetchUser(1)));
