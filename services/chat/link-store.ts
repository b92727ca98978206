import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import type { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import { readableBy } from "./store.ts";
import { chatArtifacts, chats } from "./tables.ts";

/** A link between a chat and an artifact. */
export interface Link {
  chatId: string;
  artifactId: string;
  relationType: RelationType;
  createdBy: string;
  linkedAt: Date;
}

interface LinkPage {
  after: PageCursor | undefined;
  limit: number;
}

export async function saveLink(tx: Tx, link: Link): Promise<void> {
  const { relationType } = link;
  await tx.sql
    .insert(chatArtifacts)
    .values({ tenantId: tx.tenantId, ...link })
    .onConflictDoUpdate({
      target: [chatArtifacts.tenantId, chatArtifacts.chatId, chatArtifacts.artifactId],
      set: { relationType },
    });
}

export async function removeLink(tx: Tx, chatId: string, artifactId: string): Promise<void> {
  await tx.sql.delete(chatArtifacts).where(and(ofChat(tx, chatId), eq(chatArtifacts.artifactId, artifactId)));
}

export async function findLink(
  reader: Reader,
  chatId: string,
  artifactId: string,
): Promise<Link | undefined> {
  const rows = await reader.sql
    .select()
    .from(chatArtifacts)
    .where(and(ofChat(reader, chatId), eq(chatArtifacts.artifactId, artifactId)));
  return rows[0];
}

/** The links of a chat, last linked first. */
export async function listLinksOfChat(
  reader: Reader,
  chatId: string,
  { after, limit }: LinkPage,
): Promise<Link[]> {
  const older = after && olderThan(after, chatArtifacts.artifactId);
  return reader.sql
    .select()
    .from(chatArtifacts)
    .where(and(ofChat(reader, chatId), older))
    .orderBy(desc(chatArtifacts.linkedAt), desc(chatArtifacts.artifactId))
    .limit(limit);
}

/** The links of an artifact to chats that the actor may read, last linked first. */
export async function listReadableLinksOfArtifact(
  reader: Reader,
  actor: Actor,
  artifactId: string,
  { after, limit }: LinkPage,
): Promise<(Link & { chatTitle: string })[]> {
  const older = after && olderThan(after, chatArtifacts.chatId);
  const rows = await reader.sql
    .select({ link: chatArtifacts, chatTitle: chats.title })
    .from(chatArtifacts)
    .innerJoin(chats, and(eq(chats.tenantId, chatArtifacts.tenantId), eq(chats.chatId, chatArtifacts.chatId)))
    .where(
      and(
        eq(chatArtifacts.tenantId, reader.tenantId),
        eq(chatArtifacts.artifactId, artifactId),
        eq(chats.deleted, false),
        readableBy(actor),
        older,
      ),
    )
    .orderBy(desc(chatArtifacts.linkedAt), desc(chatArtifacts.chatId))
    .limit(limit);
  return rows.map(({ link, chatTitle }) => ({ ...link, chatTitle }));
}

const ofChat = (reader: Reader, chatId: string) =>
  and(eq(chatArtifacts.tenantId, reader.tenantId), eq(chatArtifacts.chatId, chatId));

const olderThan = (
  after: PageCursor,
  id: typeof chatArtifacts.chatId | typeof chatArtifacts.artifactId,
): SQL => sql`(${chatArtifacts.linkedAt}, ${id}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`;
