import assert from 'node:assert/strict';
import kleur from '../index.js';
import * as colors from '../colors.mjs';

kleur.enabled = true;
assert.equal(kleur.red('x'), '\x1b[31mx\x1b[39m');
assert.equal(kleur.bold().underline().blue('y'), '\x1b[1m\x1b[4m\x1b[34my\x1b[22m\x1b[24m\x1b[39m');
colors.$.enabled = true;
assert.equal(colors.green('z'), '\x1b[32mz\x1b[39m');
