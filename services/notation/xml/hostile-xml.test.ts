import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { HOSTILE_XML } from "../../testing/hostile-xml.ts";
import type { HostileAnswer } from "../../testing/hostile-xml-worker.ts";
import { childOf, textOf } from "./query-xml.ts";
import { readXml } from "./read-xml.ts";
import type { XmlElement } from "./xml-tree.ts";

const FEW_BYTES = 100 * 1024;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("hostile XML", () => {
  let reader: Worker | undefined;

  // A thread with 20 MB for everything, the program included: it ends with an error when an attack takes more.
  function liveReader(): Worker {
    if (reader) return reader;
    const started = new Worker(new URL("../../testing/hostile-xml-worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    started.on("exit", () => (reader = undefined));
    return (reader = started);
  }
  afterAll(() => reader?.terminate());

  // Each has a check of its own: without checkPending and PrologGuard most are read to the end, or end the thread.
  it.each(HOSTILE_XML)(
    "$name is refused early and within 20 MB",
    async ({ file, code, readAtMost = FEW_BYTES }) => {
      const thread = liveReader();
      const answered = once(thread, "message");
      thread.postMessage(file());
      const [answer] = (await answered) as [HostileAnswer];
      expect(answer).toMatchObject({ code, line: expect.any(Number) });
      expect(answer.read).toBeLessThanOrEqual(readAtMost);
    },
  );

  it("includes and schema locations are words like any other: nothing is opened", () => {
    const file = `<a xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:schemaLocation="urn:a http://127.0.0.1:9/a.xsd"><xi:include href="file:///etc/passwd" parse="text"/></a>`;
    const { root } = readXml(utf8(file));
    const include = childOf(root, "http://www.w3.org/2001/XInclude", "include");
    expect(root.children).toEqual([include]);
    expect(textOf(root)).toBe("");
  });

  it("a prefix may be declared anew at every depth, and ends with its element", () => {
    const deep = Array.from({ length: 450 }, (_, at) => `<p:a xmlns:p="urn:${at}">`).join("");
    const { root } = readXml(utf8(`${deep}<p:b/>${"</p:a>".repeat(449)}<p:c/></p:a>`));
    let at: XmlElement = root;
    while (at.children[0]?.kind === "element") at = at.children[0];
    expect(at).toMatchObject({ local: "b", namespace: "urn:449" });
    expect(root.children[1]).toMatchObject({ local: "c", namespace: "urn:0" });
  });

  it("a file over the limit is not even decoded", () => {
    let read = 0;
    const options = { limits: { bytes: 10 }, onProgress: (bytes: number) => (read = bytes) };
    expect(() => readXml(utf8("<a>0123456789</a>"), options)).toThrow(/10 are the most/);
    expect(read).toBe(0);
  });

  it("many small things are counted", () => {
    expect(() => readXml(utf8(`<a>${"<b/>".repeat(100)}</a>`), { limits: { nodes: 100 } })).toThrow(
      /more than 100/,
    );
  });
});
