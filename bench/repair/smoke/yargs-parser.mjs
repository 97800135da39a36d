import assert from 'node:assert/strict';
import parser from '../lib/index.js';

assert.deepEqual(parser('--foo=33 --bar hello -abc x'), { _: [], foo: 33, bar: 'hello', a: true, b: true, c: 'x' });
assert.deepEqual(parser(['--no-x', '--list', 'a', '--list', 'b']), { _: [], x: false, list: ['a', 'b'] });
assert.deepEqual(parser(['--camel-case', '1'], { number: ['camel-case'] }), { _: [], 'camel-case': 1, camelCase: 1 });
assert.equal(parser.camelCase('a-b-c'), 'aBC');
assert.equal(parser.decamelize('aBC'), 'a-b-c');
assert.equal(parser.looksLikeNumber('0x1F'), true);
assert.deepEqual(parser.detailed("--a 'b c'").argv, { _: [], a: 'b c' });
