type Size = 'small' | 'large';

export const size: Size = 'smal';
