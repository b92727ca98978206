import "../../services/testing/test-server.ts";
