import { four } from './other';

export const seven = four + numberOne + numberTwo;
