import { saveUser } from './lib/index.js';

console.log(saveUser(1));
