import { expect, it } from "vitest";
import { sniffMediaType } from "./sniff-media-type.ts";

const bytes = (latin1: string) => new Uint8Array(Buffer.from(latin1, "latin1"));

it.each([
  ["\x89PNG\r\n\x1a\nrest", "x.html", "image/png"],
  ["\xff\xd8\xffrest", "x", "image/jpeg"],
  ["RIFF1234WEBPVP8", "x", "image/webp"],
  ["RIFF1234WAVE", "x", "audio/wav"],
  ["%PDF-1.7", "x.png", "application/pdf"],
  ["PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["PK\x03\x04", "a.bin", "application/zip"],
  ["# Title", "a.MD", "text/markdown"],
  ["a,b", "a.csv", "text/csv"],
  ["<script>alert(1)</script>", "a.html", "text/plain"],
  ["<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"],
  ["\x00\x01\x02", "a.txt", "application/octet-stream"],
  ["\xc3\x28", "a.txt", "application/octet-stream"],
])("%j called %s is %s", (content, name, type) => {
  expect(sniffMediaType(bytes(content), name)).toBe(type);
});

it("a character that is cut where the looking ends is no reason to doubt a text", () => {
  const long = new TextEncoder().encode(`${"a".repeat(4095)}ä${"b".repeat(10)}`);
  expect(sniffMediaType(long, "a.txt")).toBe("text/plain");
});
