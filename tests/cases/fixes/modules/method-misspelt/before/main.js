class Page {
  render() {
    return 'page';
  }

  show() {
    return this.rendr();
  }
}

console.log(new Page().show());
