function one() {
  return 1;
}

export { one };
