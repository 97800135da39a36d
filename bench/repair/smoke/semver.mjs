import assert from 'node:assert/strict';
import semver from '../index.js';

assert.equal(semver.valid('v1.2.3'), '1.2.3');
assert.equal(semver.inc('1.2.3', 'minor'), '1.3.0');
assert.ok(semver.satisfies('1.8.1', '^1.2.0 || >=3'));
assert.ok(semver.gt('2.0.0', '2.0.0-rc.1'));
assert.equal(semver.maxSatisfying(['1.2.3', '1.9.0', '2.0.0'], '~1 || 1.x'), '1.9.0');
assert.equal(semver.coerce('v3.4 replaces v3.3').version, '3.4.0');
assert.equal(semver.diff('1.0.0', '1.1.0'), 'minor');
assert.deepEqual(semver.sort(['1.10.0', '1.2.0']), ['1.2.0', '1.10.0']);
assert.ok(semver.intersects('^1.2', '<1.5'));
assert.ok(semver.subset('~1.2.3', '^1.2'));
assert.equal(semver.minVersion('>1.0').version, '1.1.0');
assert.equal(semver.simplifyRange(['1.0.0', '1.0.1', '2.0.0'], '1.0.0 || 1.0.1'), '<=1.0.1');
