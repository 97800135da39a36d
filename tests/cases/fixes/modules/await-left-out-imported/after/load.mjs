export const load = async (names) => names.map((name) => name.trim());
