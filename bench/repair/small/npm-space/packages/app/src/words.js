export const word = 'world';
