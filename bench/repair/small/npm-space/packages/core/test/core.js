import assert from 'node:assert/strict';
import { greet, title } from '@space/core';

assert.equal(greet(title('ann')), 'Hello, Ann');
