import assert from 'node:assert/strict';
import expand from '../index.js';

assert.deepEqual(expand('a{b,c}d'), ['abd', 'acd']);
assert.deepEqual(expand('{1..5..2}'), ['1', '3', '5']);
assert.deepEqual(expand('x{01..03}'), ['x01', 'x02', 'x03']);
assert.deepEqual(expand('{a,{b,c}}'), ['a', 'b', 'c']);
assert.deepEqual(expand('${x,y}'), ['${x,y}']);
