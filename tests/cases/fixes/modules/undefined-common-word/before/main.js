function walk(tree) {
  return tree.slice(0, options.depth);
}

console.log(walk('abc'));
