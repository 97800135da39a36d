const user = { surname: 'a', age: 1 };

export const name = user.surnmae;
export const age = user.age;
