import assert from 'node:assert/strict';
import commander from '../index.js';

const { Command, Option, Argument } = commander;
const program = new Command('tool').exitOverride().configureOutput({ writeErr() {}, writeOut() {} });
let seen;
program
  .option('-d, --debug', 'say more')
  .addOption(new Option('-l, --level <name>', 'how much').choices(['low', 'high']).default('low'))
  .command('build').alias('b')
  .addArgument(new Argument('<dir>', 'where'))
  .option('--no-color')
  .action((dir, options) => { seen = [dir, options.color]; });
program.parse(['node', 'tool', '-d', '--level', 'high', 'b', 'src', '--no-color']);
assert.deepEqual(seen, ['src', false]);
assert.deepEqual(program.opts(), { debug: true, level: 'high' });
assert.throws(() => program.parse(['node', 'tool', '--levle', 'x']), /Did you mean --level/);
assert.match(program.helpInformation(), /Usage: tool \[options\] \[command\]/);
assert.throws(() => program.parse(['node', 'tool', '-l', 'middle']), /Allowed choices are low, high/);
