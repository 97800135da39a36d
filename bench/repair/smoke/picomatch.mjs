import assert from 'node:assert/strict';
import picomatch from '../index.js';

assert.ok(picomatch('*.js')('abc.js'));
assert.ok(!picomatch('*.js')('a/b.js'));
assert.ok(picomatch('**/*.{js,ts}')('a/b/c.ts'));
assert.ok(picomatch('!(a|b)*.md')('c.md'));
assert.ok(picomatch(['a/*', '!a/b'])('a/c'));
assert.equal(picomatch.scan('!./foo/*.js').base, 'foo');
assert.ok(picomatch.makeRe('[[:alpha:]]?', { posix: true }).test('ab'));
assert.ok(picomatch('a+(b|c)')('abcb'));
assert.ok(picomatch.isMatch('a/b', 'a/**', { ignore: 'a/c' }));
