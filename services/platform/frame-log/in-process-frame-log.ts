import { randomBytes } from "node:crypto";
import { EpochLost, FencedOut, type FrameLog, type LogHead } from "./frame-log.ts";

export interface FrameLogLimits {
  /** Frames held per log. Default 1,000. */
  framesPerLog?: number;
  /** Logs held; the ones that were quiet for longest go first. Default 5,000. */
  logs?: number;
}

interface Log {
  epoch: string;
  fence: number;
  nextSeq: number;
  /** The held frames, oldest first; the last one has seq `nextSeq - 1`. */
  frames: Uint8Array[];
}

export function createInProcessFrameLog({
  framesPerLog = 1000,
  logs: maxLogs = 5000,
}: FrameLogLimits = {}): FrameLog {
  const logs = new Map<string, Log>();
  const listeners = new Map<string, Set<() => void>>();
  const oldest = (log: Log) => log.nextSeq - log.frames.length;
  const headOf = (log: Log): LogHead => ({ epoch: log.epoch, oldestSeq: oldest(log), nextSeq: log.nextSeq });

  /** Re-inserting keeps the map in order of use. */
  function touch(key: string, log: Log): Log {
    logs.delete(key);
    logs.set(key, log);
    for (const [eldest] of logs) {
      if (logs.size <= maxLogs) break;
      if (!listeners.has(eldest)) logs.delete(eldest);
      else break;
    }
    return log;
  }

  return {
    open(key, fence = 0) {
      const log = logs.get(key) ?? {
        epoch: randomBytes(8).toString("hex"),
        fence: 0,
        nextSeq: 1,
        frames: [],
      };
      if (fence < log.fence && fence > 0) return Promise.reject(new FencedOut(key));
      log.fence = Math.max(log.fence, fence);
      return Promise.resolve(headOf(touch(key, log)));
    },
    append(key, { epoch, fence, firstSeq, frames }) {
      const log = logs.get(key);
      if (log?.epoch !== epoch) return Promise.reject(new EpochLost(key));
      if (fence < log.fence) return Promise.reject(new FencedOut(key));
      if (firstSeq > log.nextSeq)
        return Promise.reject(new RangeError(`seq ${firstSeq} leaves a gap in ${key}`));
      log.fence = fence;
      for (const frame of frames.slice(log.nextSeq - firstSeq)) {
        log.frames.push(frame);
        log.nextSeq += 1;
      }
      // Trimming in chunks keeps the cost per frame constant.
      if (log.frames.length > framesPerLog * 1.25) log.frames.splice(0, log.frames.length - framesPerLog);
      touch(key, log);
      for (const listener of listeners.get(key) ?? []) queueMicrotask(listener);
      return Promise.resolve();
    },
    read(key, afterSeq, limit) {
      const log = logs.get(key);
      if (!log) return Promise.resolve(undefined);
      const from = Math.max(0, afterSeq + 1 - oldest(log));
      const held = log.frames.slice(from, from + limit);
      const first = oldest(log) + from;
      return Promise.resolve({ ...headOf(log), entries: held.map((data, i) => ({ seq: first + i, data })) });
    },
    subscribe(key, listener) {
      const group = listeners.get(key) ?? new Set();
      listeners.set(key, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0 && listeners.get(key) === group) listeners.delete(key);
      };
    },
  };
}
