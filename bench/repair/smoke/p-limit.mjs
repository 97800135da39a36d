import assert from 'node:assert/strict';
import pLimit, { limitFunction } from '../index.js';

const limit = pLimit(2);
let active = 0, most = 0;
const work = async (value) => {
  active += 1;
  most = Math.max(most, active);
  await new Promise((resolve) => setTimeout(resolve, 5));
  active -= 1;
  return value * 2;
};
assert.deepEqual(await Promise.all([1, 2, 3, 4].map((value) => limit(work, value))), [2, 4, 6, 8]);
assert.equal(most, 2);
assert.equal(limit.pendingCount + limit.activeCount, 0);
assert.deepEqual(await limit.map([5, 6], work), [10, 12]);
assert.equal(await limitFunction(work, { concurrency: 1 })(4), 8);
assert.throws(() => pLimit(0), /concurrency/);
