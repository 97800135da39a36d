import { readFileSync } from 'node:fs';

const text = readFileSync('app/counter.jsx', 'utf8');
if (!/^['"]use client['"]/.test(text)) {
  console.error(`Failed to compile.

./app/counter.jsx
Error:   x You're importing a component that needs \`useState\`. This React hook only works in a client component. To fix, mark the file (or its parent) with the \`"use client"\` directive.
  |
  |  Learn more: https://nextjs.org/docs/app/api-reference/directives/use-client
`);
  process.exit(1);
}
