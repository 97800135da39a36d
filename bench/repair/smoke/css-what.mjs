import assert from 'node:assert/strict';
import { isTraversal, parse, SelectorType, stringify } from '../lib/index.js';

const parsed = parse('a.b > c[d="e" i]:not(#f)::before, *');
assert.equal(parsed.length, 2);
assert.equal(parsed[0][2].type, SelectorType.Child);
assert.ok(isTraversal(parsed[0][2]));
assert.equal(stringify(parsed), 'a.b > c[d="e" i]:not(#f)::before, *');
assert.equal(stringify(parse(':nth-child(2n+1) ~ b|c')), ':nth-child(2n+1) ~ b|c');
assert.throws(() => parse('a['), Error);
