import Store, { limit } from './store.js';

console.log(new Store().size, limit);
