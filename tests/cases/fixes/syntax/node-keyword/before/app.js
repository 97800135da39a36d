const path = require('path');

fucntion describe(file, options) {
  const { base, ext } = path.parse(file);
  const parts = [base, ext].filter((part) => part.length > 0);
  if (options && options.upper) {
    return parts.map((part) => part.toUpperCase()).join(', ');
  }
  return `${parts.join(', ')} (${file.length})`;
}

module.exports = { describe, version: 1 };
