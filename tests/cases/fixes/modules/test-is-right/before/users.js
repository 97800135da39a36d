export function parseUlr(text) {
  return text;
}
