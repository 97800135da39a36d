export const formatUser = (id: number) => `${id}`;
