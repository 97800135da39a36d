import { fetchUser, saveUser } from './users.js';

console.log(saveUser(fetchUser(1)));
