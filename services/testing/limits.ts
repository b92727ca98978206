/** One limit of a request: a value that it still allows, and one that breaks this rule. */
export interface Limit {
  /** `Service.Method`. */
  rpc: string;
  /** Where in the request, as JSON: "message.parts.0.text.text". */
  path: string;
  at: unknown;
  above: unknown;
  rule: string;
}

const x = (length: number) => "x".repeat(length);
const many = (length: number, of: (index: number) => unknown) =>
  Array.from({ length }, (_, index) => of(index));
const labels = (count: number) => Object.fromEntries(many(count, (n) => [`l${n}`, ""]) as [string, string][]);
const id = (n: number) => `0199aa00-0000-7000-8000-${String(n).padStart(12, "0")}`;
const text = { text: { text: "echo hi" } };
const said = { parts: [text] };
const reply = { role: "MESSAGE_ROLE_ASSISTANT", parts: [text] };
const toolCall = { toolCall: { toolCallId: "1", name: "current_time" } };
const picture = (source: object, mimeType = "image/png") => ({ image: { ...source, mimeType } });
const file = (changed: object) => ({
  attachmentId: "1",
  name: "a.pdf",
  mimeType: "application/pdf",
  uri: "object://a/b.pdf",
  ...changed,
});
const mebibyte = (more: number) => Buffer.alloc(1024 * 1024 + more).toString("base64");

const of = (
  rpc: string,
  path: string,
  limits: readonly (readonly [at: unknown, above: unknown, rule: string])[],
) => limits.map(([at, above, rule]): Limit => ({ rpc, path, at, above, rule }));

const CREATE = "ChatCommandService.CreateChat";
const SEND = "ChatCommandService.SendMessage";
const START = "InferenceService.StartRun";

const CHAT_LIMITS: readonly Limit[] = [
  ...of(CREATE, "title", [
    [x(200), x(201), "string.max_len"],
    ["\u00e9\u{1f600}", "a\u0007b", "string.pattern"],
  ]),
  ...of(CREATE, "visibility", [[3, 99, "enum.defined_only"]]),
  ...of(CREATE, "artifactId", [["", "7", "string.uuid"]]),
  ...of(CREATE, "requestId", [["", "7", "string.uuid"]]),
  ...of(CREATE, "agentId", [
    ["", "No", "string.pattern"],
    ["tools", x(65), "string.max_len"],
  ]),
  ...of(CREATE, "metadata.labels", [
    [labels(32), labels(33), "map.max_pairs"],
    [{ [x(63)]: "" }, { [x(64)]: "" }, "string.max_len"],
    [{ a: "" }, { "": "a" }, "string.min_len"],
    [{ a: x(255) }, { a: x(256) }, "string.max_len"],
  ]),
  ...of(CREATE, "metadata.description", [[x(2000), x(2001), "string.max_len"]]),
  ...of(CREATE, "metadata.tags", [
    [many(32, String), many(33, String), "repeated.max_items"],
    [["a", "b"], ["a", "a"], "repeated.unique"],
    [[x(63)], [x(64)], "string.max_len"],
  ]),
  ...of("ChatCommandService.UpdateChatTitle", "title", [
    [x(1), "", "string.min_len"],
    [x(200), x(201), "string.max_len"],
  ]),
  ...of("ChatCommandService.UpdateChatTitle", "etag", [[x(64), x(65), "string.max_len"]]),
  ...of("ChatCommandService.UpdateVisibility", "visibility", [[1, 0, "enum.not_in"]]),
  ...of("ChatCommandService.AssociateArtifact", "relationType", [[1, 9, "enum.defined_only"]]),
  ...of("ChatQueryService.GetChat", "chatId", [[id(1), "../1", "string.uuid"]]),
  ...of("ChatQueryService.ListChats", "pageSize", [
    [0, -1, "int32.gte"],
    [2_147_483_647, -2_147_483_648, "int32.gte"],
  ]),
  ...of("ChatQueryService.ListChats", "pageToken", [["", x(1025), "string.max_len"]]),
  ...of("ChatQueryService.ListChats", "filter.artifactIds", [
    [many(50, id), many(51, id), "repeated.max_items"],
  ]),
  ...of("ChatQueryService.SearchChats", "query", [
    [x(200), x(201), "string.max_len"],
    ["%_'\\", "", "string.min_len"],
    ["$1;--", "a\0b", "string.pattern"],
  ]),
];

const MESSAGE_LIMITS: readonly Limit[] = [
  ...of(SEND, "message", [[said, undefined, "required"]]),
  ...of(SEND, "requestId", [[id(2), "7", "string.uuid"]]),
  ...of(SEND, "message.role", [["MESSAGE_ROLE_USER", "MESSAGE_ROLE_SYSTEM", "message.role.user"]]),
  ...of(SEND, "message.artifactId", [["", "7", "string.uuid"]]),
  ...of(SEND, "message.parts", [
    [[text], [], "repeated.min_items"],
    [many(32, () => text), many(33, () => text), "repeated.max_items"],
    [[text], [toolCall], "message.parts.sendable"],
    [[text], [{}], "required"],
    [[{ text: { text: x(100_000) } }], [{ text: { text: x(100_001) } }], "string.max_len"],
    [[{ text: { text: "\n" } }], [{ text: { text: "" } }], "string.min_len"],
    [
      [{ code: { language: x(32), content: "1" } }],
      [{ code: { language: x(33), content: "1" } }],
      "string.max_len",
    ],
    [[picture({ data: mebibyte(0) })], [picture({ data: mebibyte(1) })], "bytes.max_len"],
    [[picture({ data: "AA==" })], [picture({ data: "AA==" }, "image/svg+xml")], "string.in"],
    [[picture({ url: "https://a.example/b.png" })], [picture({})], "required"],
    ...[
      "http://a.example/",
      "https://localhost/",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://a.example@b/",
      "file:///etc/passwd",
      "javascript:alert(1)",
    ].map((url) => [[text], [picture({ url })], "image.url.public"] as const),
  ]),
  ...of(SEND, "message.attachments", [
    [many(16, () => file({})), many(17, () => file({})), "repeated.max_items"],
    [[file({ attachmentId: x(128) })], [file({ attachmentId: x(129) })], "string.max_len"],
    [[file({ name: x(255) })], [file({ name: "" })], "string.min_len"],
    [[file({ sizeBytes: "9223372036854775807" })], [file({ sizeBytes: "-1" })], "int64.gte"],
    [[file({ mimeType: "a/b" })], [file({ mimeType: "pdf" })], "string.pattern"],
    ...["http://a.example/", "https://localhost/x", "https://10.0.0.1/", "object://a b", "/etc/passwd"].map(
      (uri) => [[file({})], [file({ uri })], "attachment.uri.scheme"] as const,
    ),
  ]),
];

const OTHER_LIMITS: readonly Limit[] = [
  ...of("ArtifactCommandService.CreateArtifact", "title", [
    [x(200), x(201), "string.max_len"],
    ["a", "", "string.min_len"],
    ["a b", "a\nb", "string.pattern"],
  ]),
  ...of("ArtifactCommandService.CreateArtifact", "kind", [
    [x(64), x(65), "string.max_len"],
    ["bpmn::process", "bpmn:process", "string.pattern"],
  ]),
  ...of("ArtifactCommandService.CreateArtifact", "labels", [[labels(32), labels(33), "map.max_pairs"]]),
  ...of("ArtifactContentCommandService.CreateUpload", "sizeBytes", [
    ["67108864", "67108865", "int64.gte_lte"],
    ["1", "0", "int64.gte_lte"],
  ]),
  ...of("ArtifactContentCommandService.CreateUpload", "sha256", [["", "A".repeat(64), "string.pattern"]]),
  ...of("ArtifactContentCommandService.SetModelRules", "rules", [[[], [{ name: "A" }], "string.pattern"]]),
  ...of("ProjectionService.GetProjection", "tokenBudget", [
    [100, 99, "token_budget"],
    [32_000, 32_001, "token_budget"],
  ]),
  ...of("ProjectionService.GetProjection", "version", [[0, -1, "int64.gte"]]),
  ...of("ProjectionService.GetProjection", "focusIds", [
    [[], many(51, String), "repeated.max_items"],
    [[], ["a", "a"], "repeated.unique"],
    [[], [x(513)], "string.max_len"],
  ]),
  ...of("ProjectionService.GetProjection", "options.maxDepth", [[50, 51, "int32.gte_lte"]]),
  ...of("ProjectionService.ExpandProjection", "handle", [["AAAAAAAA+1", "AAAAAAAA", "string.pattern"]]),
  ...of("ProjectionService.ListRefs", "pageSize", [[1000, -1, "int32.gte"]]),
  ...of("ArtifactContentQueryService.SearchModelItems", "query", [[x(200), x(201), "string.max_len"]]),
  ...of("ArtifactContentQueryService.GetModel", "version", [["0", "-1", "int64.gte"]]),
  ...of("ArtifactCommandService.RenameArtifact", "title", [[x(200), x(201), "string.max_len"]]),
  ...of("ArtifactQueryService.ListArtifacts", "kinds", [
    [many(20, () => "bpmn"), many(21, () => "bpmn"), "repeated.max_items"],
    [[x(64)], [x(65)], "string.max_len"],
  ]),
  ...of(START, "messages", [
    [[said], [said, said], "run.chat.one_message"],
    [[said], [reply], "run.messages.last_user"],
    [[said], [{ parts: [toolCall] }], "run.messages.sendable"],
    [[said], [], "repeated.min_items"],
  ]),
  ...of(START, "options.maxOutputTokens", [
    [32_768, 32_769, "int32.gte_lte"],
    [0, -1, "int32.gte_lte"],
  ]),
  ...of("InferenceService.GenerateBatch", "items", [
    [many(20, () => ({ messages: [said] })), many(21, () => ({ messages: [said] })), "repeated.max_items"],
    [[{ messages: many(100, () => said) }], [{ messages: many(101, () => said) }], "repeated.max_items"],
    [[{ messages: [said] }], [{ messages: [{ parts: [toolCall] }] }], "batch.messages.sendable"],
  ]),
  ...of("InferenceService.WatchRun", "afterSeq", [["0", "-1", "int64.gte"]]),
  ...of("InferenceService.WatchRun", "resumeToken", [["", x(1025), "string.max_len"]]),
  ...of("InferenceService.ListRuns", "states", [
    [many(10, () => 1), many(11, () => 1), "repeated.max_items"],
    [[6], [0], "enum.not_in"],
    [[7], [8], "enum.defined_only"],
  ]),
  ...of("AgentService.GetAgent", "agentId", [["tools", "../tools", "string.pattern"]]),
  ...of("BudgetService.SetBudget", "window", [
    [2, 0, "enum.not_in"],
    [1, 4, "enum.defined_only"],
  ]),
  ...of("BudgetService.SetBudget", "softLimitPercent", [[100, 101, "int32.gte_lte"]]),
  ...of("BudgetService.SetBudget", "scopeId", [["", "ada", "budget.scope_id"]]),
  ...of("BudgetService.SetBudget", "limit", [["0", "5", "budget.limit.unit"]]),
  ...of("BudgetService.TopUpCredits", "amountMicros", [["1000000000000", "0", "int64.gt_lte"]]),
  ...of("BudgetService.RaiseBudget", "scope", [[1, 3, "budget.scope_id"]]),
  ...of("BudgetService.SummarizeUsage", "groupBy", [
    [[1, 2, 3, 4], [1, 2, 3, 4, 5], "repeated.max_items"],
    [[1], [1, 1], "repeated.unique"],
  ]),
  ...of("BudgetService.SetBudget", "limitMicros", [
    ["1000000000000000", "1000000000000001", "int64.gte_lte"],
    ["1000000", "-1", "int64.gte_lte"],
  ]),
];

/** The limits that the contracts write down, kind by kind. */
export const LIMITS: readonly Limit[] = [...CHAT_LIMITS, ...MESSAGE_LIMITS, ...OTHER_LIMITS];
