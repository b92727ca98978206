import type { Person } from "./session.ts";

// The development issuer speaks plain JSON, so these two calls are the only hand-written ones.

/** The people to choose from, or undefined when the development issuer is off. */
export async function fetchPeople(signal: AbortSignal): Promise<Person[] | undefined> {
  const response = await fetch("/dev/people", { signal, headers: { accept: "application/json" } });
  // A server without that issuer may answer unknown paths with the page itself.
  const isPage = response.headers.get("content-type")?.startsWith("text/html");
  if (response.status === 404 || isPage) return undefined;
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

export async function fetchDevToken(personId: string): Promise<{ token: string; person: Person }> {
  const response = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person: personId }),
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const { access_token, person } = (await response.json()) as { access_token: string; person: Person };
  return { token: access_token, person };
}
