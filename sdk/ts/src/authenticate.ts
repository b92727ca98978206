import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

/**
 * Where the bearer token comes from: the token itself, or a function that is asked before every call.
 * The function gets the token that the server refused last, so that it can renew exactly that one.
 */
export type TokenSource = string | ((refused?: string) => string | Promise<string>);

/** Sends `authorization: Bearer …`; a unary call refused as UNAUTHENTICATED is repeated once with a renewed token. */
export function authenticate(source: TokenSource): Interceptor {
  let refused: string | undefined;
  const current = () => (typeof source === "string" ? source : source(refused));
  const note = (error: unknown, token: string) => {
    if (ConnectError.from(error).code !== Code.Unauthenticated) return false;
    refused = token;
    return true;
  };
  return (next) => async (req) => {
    const token = await current();
    setBearer(req.header, token);
    try {
      const res = await next(req);
      // The refusal of a stream may come after the headers; the stream's owner opens it again.
      return res.stream ? { ...res, message: watchErrors(res.message, (error) => note(error, token)) } : res;
    } catch (error) {
      if (!note(error, token) || req.stream) throw error;
      const renewed = await current();
      if (renewed === token) throw error;
      setBearer(req.header, renewed);
      return await next(req);
    }
  };
}

function setBearer(header: Headers, token: string): void {
  if (token !== "") header.set("authorization", `Bearer ${token}`);
}

async function* watchErrors<T>(messages: AsyncIterable<T>, note: (error: unknown) => void): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    note(error);
    throw error;
  }
}
