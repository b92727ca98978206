import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { titleOf } from "./chat-title.ts";
import { DeleteChat } from "./delete-chat.tsx";
import { RenameChat } from "./rename-chat.tsx";

export function ChatMenu({ chat }: { chat: Chat }) {
  const [dialog, setDialog] = useState<"rename" | "delete">();
  const close = () => setDialog(undefined);
  const trigger = (
    <Button
      tone="ghost"
      size="small-icon"
      aria-label={`Options for ${titleOf(chat)}`}
      className="absolute right-1 text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
    >
      <Ellipsis size={16} aria-hidden />
    </Button>
  );
  return (
    <>
      <Menu trigger={trigger}>
        <MenuItem icon={<Pencil size={15} aria-hidden />} onSelect={() => setDialog("rename")}>
          Rename
        </MenuItem>
        <MenuItem icon={<Trash2 size={15} aria-hidden />} danger onSelect={() => setDialog("delete")}>
          Delete
        </MenuItem>
      </Menu>
      {dialog === "rename" && <RenameChat chat={chat} onClose={close} />}
      {dialog === "delete" && <DeleteChat chat={chat} onClose={close} />}
    </>
  );
}
