import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { FrameBatch } from "../../platform/frame-log/frame-log.ts";
import { LineEnd } from "./line-end.ts";
import type { LineFrame } from "./stored-frame.ts";

const stored = (frame: MessageInitShape<typeof RunFrameSchema>["frame"]) =>
  toBinary(RunFrameSchema, create(RunFrameSchema, { frame }));
const said = (text: string) => stored({ case: "textDelta", value: { text } });
const batch = (firstSeq: number, ...texts: string[]): FrameBatch => ({
  epoch: "e",
  firstSeq,
  frames: texts.map(said),
});

/** A reader at seq 5 of epoch "e", with what it was sent: the text of each frame, and its token. */
function reader() {
  const sent: string[] = [];
  const state = { hasRoom: true };
  const follower = {
    tenantId: "",
    issue: ({ seq }: { seq: number }) => `@${seq}`,
    reader: {
      signal: new AbortController().signal,
      send: () => expect.unreachable("it is not waited for"),
      sendNow(frames: readonly LineFrame[]) {
        if (!state.hasRoom) return false;
        for (const frame of frames) {
          const { frame: body, resumeToken } = fromBinary(RunFrameSchema, frame as Uint8Array);
          sent.push(`${body.case === "textDelta" ? body.value.text : body.case}${resumeToken}`);
        }
        return true;
      },
    },
  };
  const end = new LineEnd(follower, { epoch: "e", seq: 5 });
  const live = (work: () => void) => end.liveUntil(Promise.resolve().then(work));
  return { end, live, sent, state };
}

describe("a reader at the end of its line", () => {
  it("is sent what comes next, with a token now and then, and nothing once it waits no more", async () => {
    const { end, live, sent } = reader();
    await live(() => {
      expect(end.passOn(batch(6, "a", "b"))).toBe(true);
      expect(end.passOn(batch(8, "c"))).toBe(true);
    });
    expect(end.passOn(batch(9, "d"))).toBe(false);
    expect([end.seq, sent]).toEqual([8, ["a@6", "b", "c"]]);
  });

  it.each<[string, FrameBatch | undefined]>([
    ["news without their content", undefined],
    ["what it has", batch(5, "again")],
    ["what does not join on", batch(7, "later")],
    ["another line", { ...batch(6, "other"), epoch: "f" }],
    [
      "a change of state",
      { ...batch(6), frames: [said("a"), stored({ case: "status", value: { state: RunState.COMPLETED } })] },
    ],
  ])("has to read for %s", async (_name, news) => {
    const { end, live, sent } = reader();
    await live(() => expect(end.passOn(news)).toBe(false));
    expect([end.seq, sent]).toEqual([5, []]);
  });

  it("without room has to read, and its token is not lost", async () => {
    const { end, live, sent, state } = reader();
    state.hasRoom = false;
    await live(() => expect(end.passOn(batch(6, "a"))).toBe(false));
    state.hasRoom = true;
    await live(() => expect(end.passOn(batch(6, "a"))).toBe(true));
    expect([end.seq, sent]).toEqual([6, ["a@6"]]);
  });
});
