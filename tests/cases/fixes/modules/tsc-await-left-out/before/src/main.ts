async function load(names: string[]): Promise<string[]> {
  return names.map((name) => name.trim());
}

export async function listing(names: string[]): Promise<string> {
  return load(names).join(", ");
}
