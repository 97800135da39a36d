import assert from 'node:assert/strict';
import { customAlphabet, customRandom, nanoid, random, urlAlphabet } from '../index.js';
import { nanoid as quick, customAlphabet as simple } from '../non-secure/index.js';

assert.match(nanoid(), /^[\w-]{21}$/);
assert.equal(nanoid(5).length, 5);
assert.match(customAlphabet('ab', 10)(), /^[ab]{10}$/);
assert.equal(random(4).length, 4);
assert.equal(urlAlphabet.length, 64);
assert.equal(quick(7).length, 7);
assert.match(simple('xy', 3)(), /^[xy]{3}$/);
assert.equal(customRandom('abc', 4, (size) => new Uint8Array(size))(), 'aaaa');
