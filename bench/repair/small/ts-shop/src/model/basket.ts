export interface Product {
  name: string;
  cents: number;
}

export class Basket {
  private readonly products: Product[] = [];

  add(product: Product): this {
    this.products.push(product);
    return this;
  }

  get size(): number {
    return this.products.length;
  }

  total(): number {
    return this.products.reduce((sum, product) => sum + product.cents, 0);
  }
}
