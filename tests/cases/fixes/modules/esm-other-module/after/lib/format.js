export const format = (user) => JSON.stringify(user);
