import { ResumeTokenSchema } from "@ameide/proto-private/ameide/tokens/v1/tokens_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Actor } from "../../platform/auth/actor.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { TokenSealer } from "../../platform/tokens/sealed-token.ts";

const LIFETIME_MILLISECONDS = 24 * 3_600_000;
/** All frames; the only thing that can be asked for today. */
const SUBSCRIPTION = "full";

/** A place on a run's sequence line. */
export interface ResumePosition {
  epoch: string;
  seq: number;
}

export interface ResumeTokens {
  issue(actor: Actor, runId: string, position: ResumePosition): string;
  /**
   * The place that a token names; undefined when it is too old to be trusted with one, so that the reader starts
   * from a snapshot. Throws RESUME_TOKEN_INVALID for what was not issued here, RESUME_TOKEN_SCOPE for somebody else's.
   */
  open(actor: Actor, runId: string, token: string): ResumePosition | undefined;
}

export function createResumeTokens(sealer: TokenSealer, now: () => Date): ResumeTokens {
  return {
    issue({ tenantId, userId }, runId, { epoch, seq }) {
      const expireTime = timestampFromDate(new Date(now().getTime() + LIFETIME_MILLISECONDS));
      const place = {
        tenantId,
        userId,
        runId,
        epoch,
        seq: BigInt(seq),
        expireTime,
        subscription: SUBSCRIPTION,
      };
      return sealer.seal(ResumeTokenSchema, create(ResumeTokenSchema, place));
    },
    open(actor, runId, token) {
      const opened = sealer.open(ResumeTokenSchema, token);
      if (!opened?.expireTime) {
        throw new AppError(
          "RESUME_TOKEN_INVALID",
          "the resume token was not issued here; watch the run without one",
        );
      }
      const { tenantId, userId, epoch, seq, subscription } = opened;
      const own = tenantId === actor.tenantId && userId === actor.userId && opened.runId === runId;
      if (!own || subscription !== SUBSCRIPTION) {
        throw new AppError("RESUME_TOKEN_SCOPE", "the resume token belongs to another user or run");
      }
      return timestampDate(opened.expireTime) < now() ? undefined : { epoch, seq: Number(seq) };
    },
  };
}
