const formatUsers = [1];

export const all = formatUsers.map((id) => formatUser(id));
