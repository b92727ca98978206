import { chromium, type Browser } from "playwright-core";

/** The system's Chromium, without the connections that it makes of its own accord. */
export function openBrowser(executablePath: string): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  return chromium.launch({ executablePath, args });
}
