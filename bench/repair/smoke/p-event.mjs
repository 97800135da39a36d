import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { pEvent, pEventIterator, pEventMultiple } from '../index.js';

const emitter = new EventEmitter();
setTimeout(() => { emitter.emit('a', 1); emitter.emit('a', 2); emitter.emit('end'); }, 10);
const both = pEventMultiple(emitter, 'a', { count: 2 });
assert.equal(await pEvent(emitter, 'a'), 1);
assert.deepEqual(await both, [1, 2]);
await assert.rejects(pEvent(emitter, 'never', { timeout: 5 }), /timed out/);
setTimeout(() => emitter.emit('error', new Error('bad')), 5);
await assert.rejects(pEvent(emitter, 'x'), /bad/);
const seen = [];
setTimeout(() => { emitter.emit('v', 'x'); emitter.emit('v', 'y'); emitter.emit('stop'); }, 5);
for await (const value of pEventIterator(emitter, 'v', { resolutionEvents: ['stop'] })) seen.push(value);
assert.deepEqual(seen, ['x', 'y']);
