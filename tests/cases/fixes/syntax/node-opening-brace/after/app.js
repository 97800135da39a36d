function price(item) {
  const tax = item.price * 0.19;
  return item.price + tax;
}

function total(items) {
  return items.map(price).reduce((sum, each) => sum + each, 0);
}

module.exports = { price, total };
