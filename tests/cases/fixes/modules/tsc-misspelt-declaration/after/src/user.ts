export interface User {
  surname: string;
}
