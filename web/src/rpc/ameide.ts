import { createAmeide } from "@ameide/sdk";
import { currentToken } from "./session.ts";

/** The SDK: it sends the tab's token, renews it when it is refused, and its streams reconnect by themselves. */
export const ameide = createAmeide({ baseUrl: location.origin, token: currentToken });

/** What the generated hooks run over: the same calls, the same token. */
export const { transport } = ameide;
