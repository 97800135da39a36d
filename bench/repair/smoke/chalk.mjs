import assert from 'node:assert/strict';
import { Chalk, modifierNames } from '../source/index.js';

const chalk = new Chalk({ level: 3 });
assert.equal(chalk.red('x'), '\x1b[31mx\x1b[39m');
assert.equal(chalk.bold.underline('y'), '\x1b[1m\x1b[4my\x1b[24m\x1b[22m');
assert.equal(chalk.hex('#ff0000')('z'), '\x1b[38;2;255;0;0mz\x1b[39m');
assert.equal(chalk.bgRgb(1, 2, 3)('a\nb'), '\x1b[48;2;1;2;3ma\x1b[49m\n\x1b[48;2;1;2;3mb\x1b[49m');
assert.equal(new Chalk({ level: 1 }).hex('#ff0000')('z'), '\x1b[91mz\x1b[39m');
assert.equal(new Chalk({ level: 2 }).rgb(255, 0, 0)('z'), '\x1b[38;5;196mz\x1b[39m');
assert.ok(modifierNames.includes('bold'));
