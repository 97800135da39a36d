import assert from 'node:assert/strict';
import minimist from '../index.js';

assert.deepEqual(minimist(['-a', '1', '--b=x', '--no-c', 'd', '--', 'e']), { _: ['d', 'e'], a: 1, b: 'x', c: false });
assert.deepEqual(minimist(['-v', 'x'], { boolean: 'v', alias: { v: 'verbose' } }), { _: ['x'], v: true, verbose: true });
assert.deepEqual(minimist(['--n', '5'], { string: ['n'] }), { _: [], n: '5' });
assert.deepEqual(minimist([], { default: { x: 3 } }), { _: [], x: 3 });
assert.deepEqual(minimist(['--a.b', '2', '-n5']), { _: [], a: { b: 2 }, n: 5 });
