import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

assert.equal(execFileSync('node', ['src/cli.js', 'bob'], { encoding: 'utf8' }), 'Hello, Bob\n');
