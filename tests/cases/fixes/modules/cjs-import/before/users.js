exports.fetchUser = (id) => ({ id });
