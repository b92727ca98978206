import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { BrowserRouter } from "react-router";
import { PageError } from "./features/shell/page-error.tsx";
import { SignInGate } from "./features/sign-in/sign-in-gate.tsx";
import { AppRoutes } from "./routes.tsx";
import { transport } from "./rpc/ameide.ts";
import { queryClient } from "./rpc/query-client.ts";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Toaster } from "./ui/toast.tsx";

export function App() {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>
        <ErrorBoundary fallback={<PageError />}>
          <SignInGate>
            <BrowserRouter>
              <AppRoutes />
            </BrowserRouter>
          </SignInGate>
        </ErrorBoundary>
        <Toaster />
      </QueryClientProvider>
    </TransportProvider>
  );
}
