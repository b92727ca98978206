import "./nats-bus.ts";
import "nats"; // must fail: nats-in-adapters
import "ioredis"; // must fail: redis-in-adapters
import "aws4fetch"; // must fail: s3-in-adapters
