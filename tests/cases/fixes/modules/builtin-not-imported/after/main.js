'use strict';

const util = require('util');
const path = require('path');

console.log(util.inspect(path.join('a', 'b')));
