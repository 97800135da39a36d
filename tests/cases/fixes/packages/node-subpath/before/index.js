console.log(require('tidbit/lib/part'));
