const message = 'hello';

console.log(mesage);
