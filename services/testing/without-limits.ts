/** Settings for servers whose callers call as often as they like. */
export const WITHOUT_LIMITS = {
  RATE_USER_PER_MINUTE: "0",
  RATE_USER_READS_PER_MINUTE: "0",
  RATE_TENANT_PER_MINUTE: "0",
  RATE_TENANT_READS_PER_MINUTE: "0",
  STREAMS_PER_USER: "0",
  STREAMS_PER_TENANT: "0",
};
