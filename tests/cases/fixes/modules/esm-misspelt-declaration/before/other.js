import { loadConfig } from './config.js';

export const other = loadConfig();
