export const options = { depth: 1 };
