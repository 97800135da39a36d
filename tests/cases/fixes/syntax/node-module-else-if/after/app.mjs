import { basename } from 'node:path';

export function kind(file) {
  if (basename(file) === 'a') {
    return 1;
  } else if (file === 'b') {
    return 2;
  }
  return 3;
}
