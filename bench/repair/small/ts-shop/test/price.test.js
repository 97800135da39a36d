import assert from 'node:assert/strict';
import test from 'node:test';

test('cents have two digits', () => {
  assert.equal(String(5).padStart(2, '0'), '05');
});
