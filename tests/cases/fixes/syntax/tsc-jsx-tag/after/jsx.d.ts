declare namespace JSX {
  interface IntrinsicElements {
    [name: string]: unknown;
  }
}
