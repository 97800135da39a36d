class Option {
  constructor(flags) {
    this.flags = flags;
    this.required = flags.includes('<');
  }

  /**
   * Set the value that is used when none is given.
   */
  default(value, description) {
    this.value = value;
    this.description = description;
    return this;
  }
}

module.exports = { Option };
