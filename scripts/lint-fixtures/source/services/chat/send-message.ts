import { getArtifact } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import "../platform/database.ts";
import "./store.ts";
import type { Row } from "../artifact/store.ts"; // must fail: slice-entry
import "../gateway/server.ts"; // must fail: slice-imports
import "@ameide/sdk"; // must fail: slice-imports
import "../testing/test-server.ts"; // must fail: testing-in-tests
import "drizzle-orm"; // must fail: drizzle-in-stores

export * from "../artifact/get-artifact.ts"; // must fail: slice-entry
export type Stored = import("../artifact/store.ts").Row; // must fail: slice-entry
export const lazy = () => import("../artifact/store.ts"); // must fail: slice-entry
export const computed = (name: string) => import(name); // must fail: literal-import
export const sendMessage = (graph: Graph, row: Row) => getArtifact(graph, row);
