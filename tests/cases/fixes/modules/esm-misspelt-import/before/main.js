import { saveUser, fetchUsr } from './users.js';

console.log(saveUser(fetchUser(1)));
