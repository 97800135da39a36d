import { one, two } from './users.js';

console.log(one + two);
