import path from 'path';

console.log(path.join(__dirname, 'x'));
