import type { User } from './user';

export const show = (user: User) => user.surname;
export const upper = (user: User) => user.surname.toUpperCase();
