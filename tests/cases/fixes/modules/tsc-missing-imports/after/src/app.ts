import { four } from './other';
import { numberOne, numberTwo } from './index';

export const seven = four + numberOne + numberTwo;
