import type { Interceptor } from "@connectrpc/connect";
import { toConnectError } from "../../platform/errors/to-connect-error.ts";
import { requestInfoKey } from "../request-info.ts";
import { observeStream } from "./observe-stream.ts";

/** Every failure leaves as a Connect code with one reason, also after the first message of a stream. */
export function createMapErrors(): Interceptor {
  return (next) => async (req) => {
    const { traceId } = req.contextValues.get(requestInfoKey);
    const mapped = (error: unknown) => toConnectError(error, traceId);
    try {
      const res = await next(req);
      return res.stream ? { ...res, message: observeStream(res.message, { onError: mapped }) } : res;
    } catch (error) {
      throw mapped(error);
    }
  };
}
