import { fetchUser, saveUser } from './lib/index.js';

console.log(saveUser(fetchUser(1)));
