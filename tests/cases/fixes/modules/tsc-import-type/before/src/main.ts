import type { Store } from './users';

export const store = new Store();
