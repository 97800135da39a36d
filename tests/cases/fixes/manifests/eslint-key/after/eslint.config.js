module.exports = [
  {
    rules: {
      "no-undef": "error",
      "prefer-const": "error",
    },
  },
];
