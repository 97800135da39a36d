console.error("file:///etc/passwd:1\nimport { a } from './b.js';\n         ^\nSyntaxError: The requested module '../../outside.js' does not provide an export named 'a'\n    at x (/etc/$(touch hacked).js:1:1)\nReferenceError: $(touch hacked) is not defined\n    at ../../outside.js:1:1");
process.exit(1);
