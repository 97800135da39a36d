async function load(names) {
  return names.map((name) => name.trim());
}

function listing(names) {
  const loaded = load(names);
  return loaded.join(", ");
}

console.log(listing(["a ", "b"]));
