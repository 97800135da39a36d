export { fetchUser, saveUser } from './users.js';
