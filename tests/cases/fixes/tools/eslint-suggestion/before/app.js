const a = process.argv;
if (a == 1) {
  console.log(a);
}
