require('tidbit');
