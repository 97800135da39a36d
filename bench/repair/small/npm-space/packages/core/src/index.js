export { title } from './names.js';

export function greet(name) {
  return `Hello, ${name}`;
}
