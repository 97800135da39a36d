import { fetchUser } from './users.js';

fetchUser(1).then(console.log);
