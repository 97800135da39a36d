import { readFileSycn } from 'node:fs';

console.log(readFileSync.length);
