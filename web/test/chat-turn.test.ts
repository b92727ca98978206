import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startProgram, type Program } from "../../services/main.ts";
import { parseConfig } from "../../services/platform/config/config.ts";
import { available, locate } from "../../services/testing/requirements.ts";
import { openBrowser } from "./open-browser.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Slow enough to act in mid-answer, whatever the machine. */
const TOKENS_PER_SECOND = "12";
const LONG_ANSWER = "count to 60";

describe.skipIf(!available("chromium"))("a person in a browser", () => {
  let program: Program;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, "scripts/build-web.ts")], { stdio: "inherit" });
    const quiet = { PORT: "0", DATA_DIR: ":memory:", LOG_LEVEL: "warn" };
    program = await startProgram(parseConfig({ ...quiet, OFFLINE_TOKENS_PER_SECOND: TOKENS_PER_SECOND }));
    browser = await openBrowser(locate("chromium") ?? "");
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await program.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: program.baseUrl });
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const signIn = async () => {
    await page.goto("/");
    await page.getByRole("button", { name: "Sign in as Alice Archer" }).click();
    await page.getByRole("textbox", { name: "Message" }).waitFor();
  };
  const send = async (text: string) => {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL(/\/threads\/[0-9a-f-]{36}$/);
  };
  const answerOf = (tab: Page) => tab.getByRole("article", { name: "Answer" });
  const finished = (tab: Page) => answerOf(tab).and(tab.locator("[aria-busy=false]"));

  it("signs in, asks and reads the streamed answer, at an address that stays", async () => {
    await signIn();
    await send("echo **bold** words");
    await finished(page).waitFor();
    expect(await answerOf(page).locator("strong").first().textContent()).toBe("bold");
    const address = page.url();
    await send("echo a second question");
    await expect.poll(() => finished(page).count()).toBe(2);
    expect(page.url()).toBe(address);
    expect(await page.getByRole("region", { name: "Budget" }).textContent()).toMatch(/\$/);
  });

  it("stops an answer and keeps what was said", async () => {
    await signIn();
    await send(LONG_ANSWER);
    await expect.poll(() => answerOf(page).textContent()).toMatch(/3/);
    await page.getByRole("button", { name: "Stop" }).click();
    await finished(page).waitFor();
    const kept = await answerOf(page).textContent();
    expect(kept).toMatch(/stopped/i);
    expect(kept).not.toMatch(/60/);
    await page.reload();
    await finished(page).waitFor();
    expect(await answerOf(page).textContent()).toMatch(/3/);
  });

  it("goes on reading after a reload in mid-answer, and keeps the draft", async () => {
    await signIn();
    await send(LONG_ANSWER);
    await expect.poll(() => answerOf(page).textContent()).toMatch(/5/);
    await page.getByRole("textbox", { name: "Message" }).fill("my next question");
    const address = page.url();
    await page.reload();
    expect(page.url()).toBe(address);
    await finished(page).waitFor();
    expect(await answerOf(page).count()).toBe(1);
    const text = await answerOf(page).textContent();
    for (const number of ["1", "20", "40", "60"]) expect(text).toContain(number);
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("my next question");
  });

  it("shows the same messages live in a second tab, which signs in by itself", async () => {
    await signIn();
    await send("echo first");
    const second = await context.newPage();
    await second.goto(page.url());
    await finished(second).waitFor();
    await send("echo typed in the first tab");
    await second.getByText("echo typed in the first tab").waitFor();
    await expect.poll(() => finished(second).count()).toBe(2);
    expect(await answerOf(second).allTextContents()).toEqual(await answerOf(page).allTextContents());
  });

  it("queues what is sent while an answer is written, takes it out, and sends at once on demand", async () => {
    await signIn();
    await send(LONG_ANSWER);
    await expect.poll(() => answerOf(page).textContent()).toMatch(/3/);
    const box = page.getByRole("textbox", { name: "Message" });
    await box.fill("echo never said");
    await box.press("Enter");
    await box.fill("echo queued");
    await page.getByRole("button", { name: "Queue" }).click();
    await expect.poll(() => page.getByText("Waits for its turn").count()).toBe(2);
    await page.getByRole("button", { name: "Cancel this message" }).first().click();
    await page.getByText("Stopped before it began").waitFor();
    await expect.poll(() => page.getByText("Waits for its turn").count()).toBe(1);
    await box.fill("echo right now");
    await box.press("Control+Enter");
    await expect.poll(() => answerOf(page).last().textContent()).toMatch(/^right now/);
    await expect.poll(() => page.getByText("Waits for its turn").count()).toBe(0);
    expect(await answerOf(page).first().textContent()).toMatch(/stopped/i);
    await page.reload();
    await expect.poll(() => finished(page).count()).toBe(4);
    const order = await page.getByRole("article").allTextContents();
    expect(order.map((text) => text.replace(/\s.*$/s, ""))).toHaveLength(8);
    expect(order.at(-1)).toMatch(/^right now/);
  });

  it("asks in the middle of an answer, takes the answer in any tab, and goes on in all", async () => {
    await signIn();
    await page.getByRole("button", { name: /^Agent/ }).click();
    await page.getByRole("menuitemradio", { name: /^Tools/ }).click();
    await send("ask me to choose red, green or blue");
    const form = page.getByRole("form", { name: "Which one do you choose?" });
    await form.waitFor();
    await expect.poll(() => form.getByLabel("red").evaluate((e) => e === document.activeElement)).toBe(true);
    const second = await context.newPage();
    await second.goto(page.url());
    const theirs = second.getByRole("form", { name: "Which one do you choose?" });
    await theirs.getByLabel("green").check();
    await theirs.getByRole("button", { name: "Answer", exact: true }).click();
    await second.getByText("You chose").waitFor();
    await page.getByText("You chose").waitFor();
    expect(await form.count()).toBe(0);
    expect(await answerOf(page).locator("strong").last().textContent()).toBe("green");
    await page.getByRole("textbox", { name: "Message" }).fill("create artifact Plan");
    await page.getByRole("textbox", { name: "Message" }).press("Enter");
    await page.getByRole("button", { name: "Approve" }).press("Enter");
    await page.getByText("I created").waitFor();
  });

  it("says what to do when the budget is spent, and keeps the question", async () => {
    await signIn();
    await setDayBudget(program.baseUrl, 1);
    await page.getByRole("textbox", { name: "Message" }).fill("echo too expensive");
    await page.getByRole("button", { name: "Send" }).click();
    await page
      .getByText(/budget/i)
      .last()
      .waitFor();
    expect(await page.locator("body").textContent()).toMatch(/admin/i);
    await setDayBudget(program.baseUrl, 5_000_000);
  });
});

async function setDayBudget(baseUrl: string, limitMicros: number): Promise<void> {
  const headers = { "content-type": "application/json" };
  const person = JSON.stringify({ person: "ada" });
  const grant = await fetch(`${baseUrl}/dev/token`, { method: "POST", headers, body: person });
  const { access_token: token } = (await grant.json()) as { access_token: string };
  const body = JSON.stringify({ window: "BUDGET_WINDOW_DAY", limitMicros: String(limitMicros) });
  const authorized = { ...headers, authorization: `Bearer ${token}` };
  const answer = await fetch(`${baseUrl}/ameide.budget.v1.BudgetService/SetBudget`, {
    method: "POST",
    headers: authorized,
    body,
  });
  expect(answer.status).toBe(200);
}
