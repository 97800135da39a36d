const value = { length: 1 };

console.log(value.map((x) => x));
