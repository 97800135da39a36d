export * from './tools/numbers';
