import { parseUrl } from '../users.js';

if (parseUrl('a') !== 'a') throw new Error('wrong');
