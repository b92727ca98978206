import { AutopilotSchema, type Autopilot } from "@ameide/proto/ameide/graphpatch/v1/autopilot_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../platform/command/etag.ts";
import type { AutopilotState } from "./autopilot-store.ts";

export function autopilotMessage({ version, updateTime, ...same }: AutopilotState): Autopilot {
  return create(AutopilotSchema, {
    ...same,
    etag: etagOf(version),
    ...(updateTime && { updateTime: timestampFromDate(updateTime) }),
  });
}
