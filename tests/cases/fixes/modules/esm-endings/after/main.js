import { fetchUser } from './users.js';
import { version } from './lib/index.js';
import fs from 'node:fs';

console.log(fetchUser(version), typeof fs);
