import assert from 'node:assert/strict';
import * as R from '../src/index.js';

assert.deepEqual(R.map((value) => value * 2, [1, 2]), [2, 4]);
assert.equal(R.pipe(R.add(1), R.multiply(3))(2), 9);
assert.deepEqual(R.groupBy((value) => (value % 2 ? 'odd' : 'even'), [1, 2, 3]), { odd: [1, 3], even: [2] });
assert.deepEqual(R.assocPath(['a', 'b'], 1, {}), { a: { b: 1 } });
assert.deepEqual(R.over(R.lensProp('x'), R.inc, { x: 1 }), { x: 2 });
assert.ok(R.equals({ a: [1, new Date(0)] }, { a: [1, new Date(0)] }));
assert.deepEqual(R.sortBy(R.prop('n'), [{ n: 2 }, { n: 1 }]), [{ n: 1 }, { n: 2 }]);
assert.deepEqual(R.transduce(R.compose(R.filter((v) => v > 1), R.take(1)), R.flip(R.append), [], [1, 2, 3]), [2]);
assert.deepEqual(R.mergeDeepRight({ a: { b: 1 } }, { a: { c: 2 } }), { a: { b: 1, c: 2 } });
assert.equal(R.toString([1, 'a', { b: null }]), '[1, "a", {"b": null}]');
