import { two } from "@lib/two";

export const four: number = two * 2;
