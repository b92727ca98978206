import { PanelLeft } from "lucide-react";
import { Link } from "react-router";
import { Button } from "../../ui/button.tsx";
import { BudgetMeter } from "./budget-meter.tsx";
import { Logo } from "./logo.tsx";
import { PersonMenu } from "./person-menu.tsx";

export function Header({ onOpenSidebar }: { onOpenSidebar: () => void }) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-1.5 border-b border-line bg-surface px-2 md:px-4">
      <Button
        tone="ghost"
        size="icon"
        aria-label="Open sidebar"
        className="md:hidden"
        onClick={onOpenSidebar}
      >
        <PanelLeft size={18} aria-hidden />
      </Button>
      <Link to="/" aria-label="Ameide, home" className="flex rounded-md">
        <Logo />
      </Link>
      <div className="grow" />
      <BudgetMeter />
      <PersonMenu />
    </header>
  );
}
