export { two } from "../ring-two/index.ts";
