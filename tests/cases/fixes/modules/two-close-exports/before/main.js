import { userC } from './users.js';

console.log(userC);
