import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { queryClient } from "./rpc/query-client.ts";
import { session, startSession, subscribeSession } from "./rpc/session.ts";
import "./styles.css";

// Whoever signs in next must not see what the last person had read.
subscribeSession(() => {
  if (session().state === "signed-out") queryClient.removeQueries({ queryKey: ["connect-query"] });
});

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

void startSession();
