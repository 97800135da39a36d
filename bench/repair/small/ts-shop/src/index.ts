import { Basket } from './model/basket.js';
import { formatPrice } from './views/price.js';

export function summary(basket: Basket): string {
  return `${basket.size} things, ${formatPrice(basket.total())}`;
}

export { Basket, formatPrice };
