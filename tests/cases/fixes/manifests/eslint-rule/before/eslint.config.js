module.exports = [
  {
    rules: {
      "no-undef": "error",
      "perfer-const": "error",
    },
  },
];
