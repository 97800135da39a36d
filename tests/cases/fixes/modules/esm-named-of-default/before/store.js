export default class Store {
  get size() {
    return 0;
  }
}

export const limit = 3;
