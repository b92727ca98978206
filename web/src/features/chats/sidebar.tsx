import { Search, SquarePen } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ChatList } from "./chat-list.tsx";
import { useListNews } from "./list-news.ts";
import { SearchResults } from "./search-results.tsx";
import { useDebounced } from "./use-debounced.ts";

export function Sidebar() {
  const navigate = useNavigate();
  useListNews();
  const [query, setQuery] = useState("");
  const words = useDeferredValue(useDebounced(query.trim(), 200));
  return (
    <>
      <div className="space-y-2 p-3">
        <Button
          className="w-full justify-start"
          onClick={() => void navigate("/", { state: { focus: "composer" } })}
        >
          <SquarePen size={16} aria-hidden />
          New chat
        </Button>
        <TextField
          label="Search chats"
          hideLabel
          type="search"
          placeholder="Search chats"
          maxLength={200}
          icon={<Search size={15} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <nav aria-label={words ? "Search results" : "Chats"} className="min-h-0 grow overflow-y-auto px-2 pb-4">
        {words ? <SearchResults query={words} /> : <ChatList />}
      </nav>
    </>
  );
}
