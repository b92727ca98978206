import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";

export async function openFrameLog(_redisUrl: string): Promise<FrameLog> {
  throw new Error("no Redis frame log yet");
}
