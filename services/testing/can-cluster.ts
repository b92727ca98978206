import { available } from "./requirements.ts";

/** Whether this machine has the servers that separate processes work through. */
export const canCluster = (): boolean => available("postgres") && available("redis") && available("nats");
