import assert from 'node:assert/strict';
import validator from '../index.js';

assert.ok(validator.isEmail('foo@example.com'));
assert.ok(!validator.isEmail('foo@'));
assert.ok(validator.isURL('https://example.com/a?b=c'));
assert.ok(validator.isIP('127.0.0.1', 4));
assert.ok(validator.isUUID('9c858901-8a57-4791-81fe-4c455b099bc9'));
assert.ok(validator.isISO8601('2020-02-29'));
assert.equal(validator.escape('<a>'), '&lt;a&gt;');
assert.equal(validator.trim('  x '), 'x');
assert.ok(validator.isCreditCard('4111111111111111'));
assert.ok(validator.isMobilePhone('+447700900123', 'en-GB'));
assert.ok(validator.isStrongPassword('aB3$aB3$'));
assert.equal(validator.normalizeEmail('A.B+c@gmail.com'), 'ab@gmail.com');
assert.ok(validator.isISIN('US0378331005'));
