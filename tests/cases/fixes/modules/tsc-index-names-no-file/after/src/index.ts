export * from "./tools/numbers";
