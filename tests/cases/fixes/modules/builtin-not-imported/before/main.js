'use strict';

const util = require('util');

console.log(util.inspect(path.join('a', 'b')));
