const a = '😀😀'; let b = 2;
console.log(a, b);
