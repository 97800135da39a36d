import { basename } from 'node:path';

export function kind(file) {
  if (basename(file) === 'a') {
    return 1;
  } elseif (file === 'b') {
    return 2;
  }
  return 3;
}
