const wait = (ms) => new Promise((done) => setTimeout(done, ms));

[1, 2].forEach((ms) => {
  await wait(ms);
});
