import { one } from './users.js';

console.log(one());
