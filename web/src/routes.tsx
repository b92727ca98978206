import { Compass } from "lucide-react";
import type { RouteObject } from "react-router";
import { Link } from "react-router";
import { ChatPage } from "./features/chats/chat-page.tsx";
import { HomePage } from "./features/chats/home-page.tsx";
import { PageError } from "./features/shell/page-error.tsx";
import { Shell } from "./features/shell/shell.tsx";
import { Button } from "./ui/button.tsx";
import { EmptyState } from "./ui/empty-state.tsx";

// Addresses are permanent: nothing here redirects, and nothing replaces the current entry of the history.
export const routes: RouteObject[] = [
  {
    Component: Shell,
    ErrorBoundary: PageError,
    children: [
      { path: "/", Component: HomePage, ErrorBoundary: PageError },
      { path: "/threads", Component: HomePage, ErrorBoundary: PageError },
      { path: "/threads/:chatId", Component: ChatPage, ErrorBoundary: PageError },
      { path: "*", Component: UnknownPage },
    ],
  },
];

function UnknownPage() {
  return (
    <EmptyState icon={<Compass size={20} />} title="There is nothing at this address" detail="Check the link, or go on from the start page.">
      <title>Not found · Ameide</title>
      <Button asChild tone="primary">
        <Link to="/">Start page</Link>
      </Button>
    </EmptyState>
  );
}
