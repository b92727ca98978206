import { useState } from "react";

export function Hook({ open }: { open: boolean }): string {
  if (!open) return "";
  const [name] = useState("x"); // must fail: react-hooks(rules-of-hooks)
  return name;
}
