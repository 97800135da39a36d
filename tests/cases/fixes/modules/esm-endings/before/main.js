import { fetchUser } from './users';
import { version } from './lib';
import fs from 'node:fs';

console.log(fetchUser(version), typeof fs);
