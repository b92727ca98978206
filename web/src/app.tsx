import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { SignInGate } from "./features/sign-in/sign-in-gate.tsx";
import { routes } from "./routes.tsx";
import { transport } from "./rpc/ameide.ts";
import { queryClient } from "./rpc/query-client.ts";
import { Toaster } from "./ui/toast.tsx";

const router = createBrowserRouter(routes);

export function App() {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>
        <SignInGate>
          <RouterProvider router={router} />
        </SignInGate>
        <Toaster />
      </QueryClientProvider>
    </TransportProvider>
  );
}
