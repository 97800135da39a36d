export { fetchUsr, saveUser } from './users.js';
