module.exports = [
  {
    rulse: {
      "no-undef": "error",
      "prefer-const": "error",
    },
  },
];
