import { first, User } from './users';

export const second: User = { ...first, id: 2 };
