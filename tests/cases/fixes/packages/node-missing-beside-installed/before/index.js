console.log(require('crumb'), require('tidbit'));
