export default [
  {
    rules: {
      "prefer-const": "error",
      "no-extra-boolean-cast": "error",
      eqeqeq: "error",
      "no-unused-vars": "error",
      semi: "warn",
    },
  },
];
