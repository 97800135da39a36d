import bit from 'tidbit';

console.log(bit);
