export { fetchUser } from './users.js';
