import { price } from "./price.mjs";

console.log(price(2));
