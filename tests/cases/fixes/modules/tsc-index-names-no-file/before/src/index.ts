export * from "./tool/numbers";
