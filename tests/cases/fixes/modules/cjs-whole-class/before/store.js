class Store {}

module.exports = Store;
