import assert from 'node:assert/strict';
import { VFile } from '../index.js';

const file = new VFile({ path: 'a/b.txt', value: 'x' });
assert.equal(file.basename, 'b.txt');
assert.equal(file.stem, 'b');
file.extname = '.md';
assert.equal(file.path, 'a/b.md');
assert.equal(String(file), 'x');
file.dirname = 'c';
assert.equal(file.path, 'c/b.md');
file.message('odd', { line: 1, column: 2 });
assert.equal(String(file.messages[0]), 'c/b.md:1:2: odd');
assert.throws(() => file.fail('bad'), /bad/);
assert.throws(() => { file.stem = 'a/b'; }, /cannot be a path/);
