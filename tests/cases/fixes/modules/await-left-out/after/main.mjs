async function load(names) {
  return names.map((name) => name.trim());
}

export async function listing(names) {
  const loaded = await load(names);
  return loaded.join(", ");
}

console.log(await listing(["a ", "b"]));
