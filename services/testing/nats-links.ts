import { setTimeout as sleep } from "node:timers/promises";
import { connectNats, type NatsLink } from "../platform/nats/nats-link.ts";

/** Connections of a test, each as a process of its own has. */
export interface NatsLinks {
  /** Resolves when it is connected. */
  open(): Promise<NatsLink>;
  /** What all of them reported, oldest first. */
  reports: string[];
  closeAll(): Promise<void>;
}

export function natsLinks(url: () => string): NatsLinks {
  const links: NatsLink[] = [];
  const reports: string[] = [];
  const log = {
    info: (_: unknown, message: string) => void reports.push(message),
    warn: (_: unknown, message: string) => void reports.push(message),
  } as unknown as Parameters<typeof connectNats>[1];
  return {
    reports,
    async open() {
      const link = connectNats(url(), log);
      links.push(link);
      await isUp(link);
      return link;
    },
    closeAll: async () => void (await Promise.all(links.splice(0).map((link) => link.close()))),
  };
}

export async function isUp(link: NatsLink): Promise<void> {
  while (!link.connection) await sleep(5);
}

export async function isDown(link: NatsLink): Promise<void> {
  while (link.connection) await sleep(5);
}
