const a = 'b';
