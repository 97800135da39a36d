export function fetchUser(id) {
  return { id };
}

export function saveUser(user) {
  return user;
}
