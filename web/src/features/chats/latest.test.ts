import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { latest } from "./latest.ts";

describe("latest", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("shows the first value at once and of the rest only the newest, after the pause", () => {
    const shown: number[] = [];
    const show = latest<number>(40, (value) => shown.push(value));
    for (const value of [1, 2, 3]) show.offer(value);
    expect(shown).toEqual([1]);
    vi.advanceTimersByTime(40);
    expect(shown).toEqual([1, 3]);
  });

  it("shows at once again after a quiet time", () => {
    const shown: number[] = [];
    const show = latest<number>(40, (value) => shown.push(value));
    show.offer(1);
    vi.advanceTimersByTime(100);
    show.offer(2);
    expect(shown).toEqual([1, 2]);
  });

  it("never loses the last value when flushed", () => {
    const shown: number[] = [];
    const show = latest<number>(40, (value) => shown.push(value));
    show.offer(1);
    show.offer(2);
    show.flush();
    expect(shown).toEqual([1, 2]);
  });

  it("shows nothing once cancelled", () => {
    const shown: number[] = [];
    const show = latest<number>(40, (value) => shown.push(value));
    show.offer(1);
    show.offer(2);
    show.cancel();
    vi.advanceTimersByTime(100);
    expect(shown).toEqual([1]);
  });
});
