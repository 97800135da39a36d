require('crossenv');
