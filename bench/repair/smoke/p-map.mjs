import assert from 'node:assert/strict';
import pMap, { pMapIterable, pMapSkip } from '../index.js';

const later = (value) => new Promise((resolve) => setTimeout(resolve, 3, value));
assert.deepEqual(await pMap([1, 2, 3], async (value) => (await later(value)) * 2, { concurrency: 2 }), [2, 4, 6]);
assert.deepEqual(await pMap([1, 2, 3], (value) => (value === 2 ? pMapSkip : value)), [1, 3]);
await assert.rejects(pMap([1, 2], () => { throw new Error('no'); }), /no/);
await assert.rejects(pMap([1, 2], () => { throw new Error('no'); }, { stopOnError: false }), AggregateError);
const seen = [];
for await (const value of pMapIterable([later(1), 2, later(3)], (item) => item + 1, { concurrency: 2 })) seen.push(value);
assert.deepEqual(seen, [2, 3, 4]);
