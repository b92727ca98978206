import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { AppError } from "../../platform/errors/app-error.ts";
import { toConnectError } from "../../platform/errors/to-connect-error.ts";
import { requestInfoKey } from "../request-info.ts";
import { observeStream } from "./observe-stream.ts";

/** Every failure leaves as a Connect code with one reason, also after the first message of a stream. */
export function createMapErrors(): Interceptor {
  return (next) => async (req) => {
    const { traceId } = req.contextValues.get(requestInfoKey);
    const mapped = (error: unknown) => toConnectError(error, traceId);
    try {
      const readable = req.stream
        ? { ...req, message: observeStream(req.message, { onError: malformed }) }
        : req;
      const res = await next(readable);
      return res.stream ? { ...res, message: observeStream(res.message, { onError: mapped }) } : res;
    } catch (error) {
      throw mapped(error);
    }
  };
}

/** Connect calls bytes that are no message a fault of the server. A unary call's are read before we are asked. */
function malformed(error: unknown): unknown {
  const isParsing = error instanceof ConnectError && error.code === Code.Internal;
  return isParsing
    ? new AppError("MALFORMED", "the bytes are no message of this method", { cause: error })
    : error;
}
