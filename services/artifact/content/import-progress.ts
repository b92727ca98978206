import type { ImportProgressSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** How far an import is. Who reads slowly gets the newest only. */
export interface Progress {
  tell(news: { stage: number; bytesDone?: number; bytesTotal?: number; items?: number }): void;
  news(): AsyncGenerator<MessageInitShape<typeof ImportProgressSchema>>;
  end(): void;
}

export function createProgress(): Progress {
  const now = { stage: 1, bytesDone: 0, bytesTotal: 0, items: 0 };
  let isNew = false;
  let isOver = false;
  let wake = Promise.withResolvers<void>();
  return {
    tell({ stage, bytesDone, bytesTotal, items = 0 }) {
      now.stage = stage;
      now.bytesDone = bytesDone ?? now.bytesDone;
      now.bytesTotal = Math.max(bytesTotal ?? now.bytesTotal, now.bytesDone);
      now.items += items;
      isNew = true;
      wake.resolve();
    },
    async *news() {
      for (;;) {
        await wake.promise;
        wake = Promise.withResolvers();
        if (isNew) {
          isNew = false;
          yield told(now);
        }
        if (isOver && !isNew) return;
        if (isOver) wake.resolve();
      }
    },
    end() {
      isOver = true;
      wake.resolve();
    },
  };
}

const told = (now: { stage: number; bytesDone: number; bytesTotal: number; items: number }) => ({
  stage: now.stage,
  bytesDone: BigInt(now.bytesDone),
  bytesTotal: BigInt(now.bytesTotal),
  itemsDone: BigInt(now.items),
});
