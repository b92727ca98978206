import { useEffect, useState } from "react";

// Browsers allow six HTTP/1.1 connections per server over all tabs, so a hidden tab gives its streams
// back; it catches up from its checkpoint when it is looked at again.
const graceMillis = 20_000;

export function useVisible(): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") setVisible(true);
      else timer = setTimeout(() => setVisible(false), graceMillis);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return visible;
}
