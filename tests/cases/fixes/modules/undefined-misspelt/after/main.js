const message = 'hello';

console.log(message);
