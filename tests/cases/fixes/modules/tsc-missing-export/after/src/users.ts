export interface User {
  id: number;
}

export const first: User = { id: 1 };
