module.exports = {
  theme: { extend: { colors: { primary: '#123', danger: '#f00' } } },
};
