import { useEffect, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { Drawer } from "../../ui/drawer.tsx";
import { Sidebar } from "../chats/sidebar.tsx";
import { ErrorBoundary } from "../../ui/error-boundary.tsx";
import { Header } from "./header.tsx";
import { OfflineBanner } from "./offline-banner.tsx";
import { PageError } from "./page-error.tsx";

/** Header, sidebar and the page; the sidebar is a drawer on narrow screens. */
export function Shell() {
  const [drawer, setDrawer] = useState(false);
  const location = useLocation();
  useEffect(() => setDrawer(false), [location.key]);
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-sm text-accent-text focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={(event) => {
          // Following the link would put #main into the URL, which never changes by itself.
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <Header onOpenSidebar={() => setDrawer(true)} />
      <OfflineBanner />
      <div className="flex min-h-0 grow">
        <aside
          aria-label="Sidebar"
          className="hidden w-72 shrink-0 flex-col border-r border-line bg-sunken md:flex"
        >
          <Sidebar />
        </aside>
        <main id="main" tabIndex={-1} className="flex min-w-0 grow flex-col outline-none">
          <ErrorBoundary key={location.pathname} fallback={<PageError />}>
            <Outlet />
          </ErrorBoundary>
        </main>
      </div>
      <Drawer open={drawer} onOpenChange={setDrawer} title="Chats">
        <Sidebar />
      </Drawer>
    </div>
  );
}
