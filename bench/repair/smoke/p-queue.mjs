import assert from 'node:assert/strict';
import PQueue from '../lib/index.js';

const queue = new PQueue({ concurrency: 1 });
const order = [];
queue.pause();
const one = queue.add(async () => { order.push('low'); return 1; });
queue.add(async () => order.push('high'), { priority: 5 });
queue.add(() => order.push('middle'), { priority: 2 });
assert.equal(queue.size, 3);
queue.start();
await queue.onIdle();
assert.deepEqual(order, ['high', 'middle', 'low']);
assert.equal(await one, 1);
await assert.rejects(queue.add(() => new Promise((resolve) => setTimeout(resolve, 1000)), { timeout: 10 }));
assert.deepEqual(await queue.addAll([() => 1, async () => 2]), [1, 2]);
await queue.onEmpty();
queue.clear();
process.exit(0);
