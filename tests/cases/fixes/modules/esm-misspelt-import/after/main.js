import { saveUser, fetchUser } from './users.js';

console.log(saveUser(fetchUser(1)));
