import assert from 'node:assert/strict';
import json5 from '../lib/index.js';

assert.deepEqual(json5.parse("{a: 1, 'b': [0x10, .5, +Infinity,], // c\n d: 'x\\\ny'}"), { a: 1, b: [16, 0.5, Infinity], d: 'xy' });
assert.equal(json5.stringify({ a: [1, 'b'], 'c-d': null }), "{a:[1,'b'],'c-d':null}");
assert.equal(json5.stringify({ a: { b: 1 } }, null, 2), '{\n  a: {\n    b: 1,\n  },\n}');
assert.throws(() => json5.parse('{a: }'), /invalid character '\}' at 1:5/);
assert.deepEqual(json5.parse('[1, 2]', (key, value) => (typeof value === 'number' ? value * 2 : value)), [2, 4]);
assert.equal(json5.parse('"\\u00e9\\x41"'), 'éA');
assert.equal(json5.parse('-1e3'), -1000);
