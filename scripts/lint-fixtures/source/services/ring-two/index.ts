export { three } from "./three.ts";
