export const format = (x) => -x;
