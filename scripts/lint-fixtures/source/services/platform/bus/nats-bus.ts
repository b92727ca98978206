import "nats";
import "@nats-io/jetstream";
