exports.Page = class {
  tap() {
    return 1;
  }
};
