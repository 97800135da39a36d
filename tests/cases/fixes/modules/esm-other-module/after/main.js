import { fetchUser } from './users.js';
import { format } from './lib/format.js';

console.log(format(fetchUser(1)));
