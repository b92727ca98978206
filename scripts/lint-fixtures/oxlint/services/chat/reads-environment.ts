export const url = process.env["NATS_URL"]; // must fail: node(no-process-env)
