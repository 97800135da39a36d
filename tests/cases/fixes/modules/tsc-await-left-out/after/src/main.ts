async function load(names: string[]): Promise<string[]> {
  return names.map((name) => name.trim());
}

export async function listing(names: string[]): Promise<string> {
  return (await load(names)).join(", ");
}
