export const numberOne = 1;
export const numberTwo = 2;
