import assert from 'node:assert/strict';
import ini from '../lib/ini.js';

const text = 'a=1\n; note\n[b]\nc = "d e"\nlist[] = x\nlist[] = y\n[b.f]\ng=true\n';
assert.deepEqual(JSON.parse(JSON.stringify(ini.parse(text))), { a: '1', b: { c: 'd e', list: ['x', 'y'], f: { g: true } } });
assert.equal(ini.stringify({ a: 1, b: { c: 'd' } }), 'a=1\n\n[b]\nc=d\n');
assert.equal(ini.stringify({ x: { y: 'z' } }, { whitespace: true }), '[x]\ny = z\n');
assert.equal(ini.unsafe(ini.safe('"x;y"')), '"x;y"');
