const user = { surname: 'a', age: 1 };

export const name = user.surname;
export const age = user.age;
