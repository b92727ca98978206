import { Compass } from "lucide-react";
import { Link, Route, Routes } from "react-router";
import { ChatPage } from "./features/chats/chat-page.tsx";
import { HomePage } from "./features/chats/home-page.tsx";
import { Shell } from "./features/shell/shell.tsx";
import { Button } from "./ui/button.tsx";
import { EmptyState } from "./ui/empty-state.tsx";

/** Addresses are permanent: nothing here redirects, and nothing replaces the current entry of the history. */
export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route path="/" element={<HomePage />} />
        <Route path="/threads" element={<HomePage />} />
        <Route path="/threads/:chatId" element={<ChatPage />} />
        <Route path="*" element={<UnknownPage />} />
      </Route>
    </Routes>
  );
}

function UnknownPage() {
  return (
    <EmptyState
      icon={<Compass size={20} />}
      title="There is nothing at this address"
      detail="Check the link, or go on from the start page."
    >
      <title>Not found · Ameide</title>
      <Button asChild tone="primary">
        <Link to="/">Start page</Link>
      </Button>
    </EmptyState>
  );
}
