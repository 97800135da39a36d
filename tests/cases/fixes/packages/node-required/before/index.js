console.log(require('tidbit'));
