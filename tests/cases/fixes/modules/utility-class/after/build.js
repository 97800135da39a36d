const fs = require('fs');

const css = fs.readFileSync('src/app.css', 'utf8');
const row = css.split('\n').findIndex((line) => line.includes('bg-primry'));
if (row >= 0) {
  console.error(`${process.cwd()}/src/app.css:${row + 1}:3: The \`bg-primry\` class does not exist. If \`bg-primry\` is a custom class, make sure it is defined within a \`@layer\` directive.`);
  process.exit(1);
}
