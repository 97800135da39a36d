export const userA = 1;
export const userB = 2;
