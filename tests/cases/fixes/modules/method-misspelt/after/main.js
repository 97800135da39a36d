class Page {
  render() {
    return 'page';
  }

  show() {
    return this.render();
  }
}

console.log(new Page().show());
