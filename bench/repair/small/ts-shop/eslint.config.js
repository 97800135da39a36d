import js from '@eslint/js';

export default [
  js.configs.recommended,
  {
    files: ['test/**/*.js'],
    rules: {
      'no-unused-vars': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
];
