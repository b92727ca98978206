import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";
import { toast } from "./toast.tsx";

export interface CopyButtonProps {
  label: string;
  text: string;
  className?: string;
}

export function CopyButton({ label, text, className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () =>
        toast({
          title: "Could not copy",
          detail: "The browser refused access to the clipboard.",
          tone: "danger",
        }),
    );
  return (
    <Button
      tone="ghost"
      size="small-icon"
      aria-label={copied ? "Copied" : label}
      title={label}
      className={className}
      onClick={copy}
    >
      {copied ? <Check size={14} aria-hidden className="text-ok" /> : <Copy size={14} aria-hidden />}
    </Button>
  );
}
