import { loadConfig } from './config.js';
import { other } from './other.js';

console.log(loadConfig(), other);
