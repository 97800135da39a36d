let a = 'b'
console.log(a);
