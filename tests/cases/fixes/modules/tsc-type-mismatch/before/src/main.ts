export const size: number = 'small';
