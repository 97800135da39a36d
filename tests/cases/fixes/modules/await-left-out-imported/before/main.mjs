import { load } from "./load.mjs";

for (const name of load(["a ", "b"])) {
  console.log(name);
}
