/** The arguments cannot be used; the message tells the model what is wrong. */
export class ToolInputError extends Error {}
