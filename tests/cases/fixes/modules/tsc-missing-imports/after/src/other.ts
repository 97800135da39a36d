import { numberOne, numberTwo } from './index';

export const four = numberOne + numberTwo + 1;
