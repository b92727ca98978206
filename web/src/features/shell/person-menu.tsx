import { ChevronDown, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { signOut } from "../../rpc/session.ts";
import { usePerson } from "../../rpc/use-session.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { setTheme, useTheme } from "../../ui/theme.ts";

const themes = [
  { value: "light", label: "Light", icon: <Sun size={15} aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon size={15} aria-hidden /> },
  { value: "system", label: "System", icon: <Monitor size={15} aria-hidden /> },
] as const;

export function PersonMenu() {
  const person = usePerson();
  const theme = useTheme();
  const trigger = (
    <Button tone="ghost" className="px-2">
      <Avatar name={person.name} />
      <span className="sr-only">Account of </span>
      <span className="max-w-40 truncate max-lg:sr-only">{person.name}</span>
      <ChevronDown size={14} aria-hidden className="text-muted" />
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      <div className="px-2.5 py-1.5">
        <p className="text-sm font-medium">{person.name}</p>
        <p className="text-xs text-muted">{[person.title, person.role].filter(Boolean).join(" · ")}</p>
        <p className="mt-1 text-xs text-muted">{person.tenant}</p>
      </div>
      <MenuSeparator />
      <MenuChoice label="Theme" value={theme} options={themes} onChange={setTheme} />
      <MenuSeparator />
      <MenuItem icon={<LogOut size={15} aria-hidden />} onSelect={signOut}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
