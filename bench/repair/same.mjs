// Are two JavaScript or TypeScript files the same program but for layout?   node same.mjs NODE_MODULES OLD NEW
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [tools, ...names] = process.argv.slice(2);
const ts = createRequire(`${tools}/`)('typescript');
const printer = ts.createPrinter({ removeComments: true });

function plain(name) {
  const file = ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true);
  if (file.parseDiagnostics.length) process.exit(2);
  return printer.printFile(file).replace(/'/g, '"').replace(/\s+/g, ' ').replace(/[,;] ?([)\]}]|$)/g, '$1').replace(/ ?([^\w ]) ?/g, '$1');
}

process.exit(plain(names[0]) === plain(names[1]) ? 0 : 1);
