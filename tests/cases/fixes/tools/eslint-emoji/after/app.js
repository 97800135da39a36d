const a = '😀😀'; const b = 2;
console.log(a, b);
