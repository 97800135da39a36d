import { one, two } from "./index";

export const three = one + two;
