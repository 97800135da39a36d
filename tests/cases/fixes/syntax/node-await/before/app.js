const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function main() {
  await wait(1);
  console.log('done');
}

main();
