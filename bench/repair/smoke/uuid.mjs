import assert from 'node:assert/strict';
import { MAX, NIL, parse, stringify, v1, v3, v4, v5, v6, v7, validate, version, v1ToV6, v6ToV1 } from '../lib/index.js';

assert.match(v4(), /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
assert.equal(v5('hello.example.com', v5.DNS), 'fdda765f-fc57-5604-a269-52a7df8164ec');
assert.equal(v3('hello.example.com', v3.DNS), '9125a8dc-52ee-365b-a5aa-81b0b3681cf6');
assert.equal(version(v7()), 7);
assert.equal(version(v1()), 1);
assert.equal(version(v6()), 6);
assert.ok(validate(NIL) && validate(MAX));
const id = v1();
assert.equal(v6ToV1(v1ToV6(id)), id);
assert.equal(stringify(parse(id)), id);
assert.throws(() => parse('x'), /Invalid UUID/);
