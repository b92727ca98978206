import type { Person } from "./session.ts";

interface Claims {
  sub?: string;
  name?: string;
  roles?: string[];
  tenant_id?: string;
}

function decode(token: string): Claims {
  const base64 = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
  } catch {
    throw new Error("this is no access token");
  }
}

/** What a token says about its holder, for display; throws when it is not a JSON web token. */
export function readClaims(token: string): Person {
  const claims = decode(token);
  if (!claims.sub) throw new Error("this is no access token of a person");
  return {
    id: claims.sub,
    name: claims.name ?? claims.sub,
    role: claims.roles?.[0] ?? "",
    title: "",
    tenant: claims.tenant_id ?? "",
  };
}
