import assert from 'node:assert/strict';
import pRetry, { AbortError, makeRetriable } from '../index.js';

let tries = 0;
const notes = [];
const got = await pRetry(async (number) => {
  tries += 1;
  if (number < 3) throw new Error(`try ${number}`);
  return 'done';
}, { retries: 4, minTimeout: 1, onFailedAttempt: ({ attemptNumber }) => notes.push(attemptNumber) });
assert.equal(got, 'done');
assert.equal(tries, 3);
assert.deepEqual(notes, [1, 2]);
await assert.rejects(pRetry(() => { throw new AbortError('stop'); }, { minTimeout: 1 }), /stop/);
let calls = 0;
assert.equal(await makeRetriable(async (value) => { calls += 1; if (calls < 2) throw new Error('x'); return value; }, { minTimeout: 1 })(7), 7);
await assert.rejects(pRetry(async () => { throw new Error('never'); }, { retries: 1, minTimeout: 1 }), /never/);
