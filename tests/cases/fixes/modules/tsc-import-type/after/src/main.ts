import { Store } from './users';

export const store = new Store();
