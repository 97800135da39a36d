export interface User {
  surnmae: string;
}
