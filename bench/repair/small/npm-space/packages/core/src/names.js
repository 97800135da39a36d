export function title(name) {
  return name[0].toUpperCase() + name.slice(1);
}
