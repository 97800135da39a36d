export function loadConifg() {
  return {};
}
