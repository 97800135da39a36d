import { load } from "./load.mjs";

for (const name of await load(["a ", "b"])) {
  console.log(name);
}
