import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPii } from "./find-pii.ts";
import { createPiiVault } from "./pii-vault.ts";

const kindsIn = (text: string) =>
  findPii(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe("personal data", () => {
  it.each([
    ["write to jane.doe+x@mail.example.co.uk, please", ["EMAIL jane.doe+x@mail.example.co.uk"]],
    ["jürgen@müller.example", ["EMAIL jürgen@müller.example"]],
    ["IBAN DE89 3704 0044 0532 0130 00.", ["IBAN DE89 3704 0044 0532 0130 00"]],
    ["GB82WEST12345698765432", ["IBAN GB82WEST12345698765432"]],
    ["card 4111 1111 1111 1111 expires", ["CARD 4111 1111 1111 1111"]],
    ["amex 378282246310005", ["CARD 378282246310005"]],
    ["call +49 (30) 1234-5678 or 0049 30 12345678", ["PHONE +49 (30) 1234-5678", "PHONE 0049 30 12345678"]],
    ["call (555) 123-4567 or 555-123-4567", ["PHONE (555) 123-4567", "PHONE 555-123-4567"]],
    ["Tel. 030/1234567, mobil 0171 2345678", ["PHONE 030/1234567", "PHONE 0171 2345678"]],
    ["from 192.168.1.20 and 2001:db8::1", ["IP 192.168.1.20", "IP 2001:db8::1"]],
    ["1234 4111 1111 1111 1111 1", ["CARD 4111 1111 1111 1111"]],
    [
      "12 IBAN12 GB82 WEST 1234 5698 7654 32 4111-1111-1111-1111",
      ["IBAN GB82 WEST 1234 5698 7654 32", "CARD 4111-1111-1111-1111"],
    ],
    ["ssn 123-45-6789", ["SSN 123-45-6789"]],
  ])("is found in %j", (text, expected) => {
    expect(kindsIn(text)).toEqual(expected);
  });

  it.each([
    "the order 4111 1111 1111 1112 is no card",
    "DE12 3456 7891 2345 6789 12 fails its check",
    "at 12:30:45 on 2026-11-20, version 1.2.3, 10.000 EUR, 1,234,567",
    "300.1.1.1 and a::b::c are no addresses",
    "element id 0198f3a2-7c11-7d0e-a9c4-2f4b8e6d1c33, task_0042",
    "a@b and @home and f(x) = (12) 3",
  ])("is not found in %j", (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it("takes no time to speak of in a long text made to be slow", () => {
    const long = ["a.".repeat(50_000), "1".repeat(100_000), "+1 ".repeat(30_000), "DE12 ".repeat(20_000)];
    const start = performance.now();
    for (const text of long) findPii(text);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("a vault", () => {
  it("gives a value the same placeholder wherever it stands, and others to others", () => {
    const vault = createPiiVault();
    expect(vault.mask("a@x.example and b@x.example")).toBe("[EMAIL_1] and [EMAIL_2]");
    expect(vault.mask("b@x.example, c@x.example")).toBe("[EMAIL_2], [EMAIL_3]");
  });

  it("leaves alone what a model made up, and what somebody wrote that looks like a placeholder", () => {
    const vault = createPiiVault();
    expect(vault.unmask("[EMAIL_7]")).toBe("[EMAIL_7]");
    const masked = vault.mask("write [EMAIL_1] to me@x.example");
    expect(masked).toBe("write [TEXT_1] to [EMAIL_1]");
    expect(vault.unmask(masked)).toBe("write [EMAIL_1] to me@x.example");
  });

  const value = fc.constantFrom(
    "jane@x.example",
    "joe@y.example",
    "+49 30 1234567",
    "4111 1111 1111 1111",
    "192.168.1.20",
    "DE89 3704 0044 0532 0130 00",
    "[EMAIL_1]",
    "[PHONE_",
    "[",
    "[TEXT_1]",
  );
  const text = fc
    .array(fc.oneof(value, fc.string({ maxLength: 8 })), { maxLength: 12 })
    .map((pieces) => pieces.join(" "));

  it("gives back what it masked, however the masked text is cut into pieces", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 12 }), { maxLength: 200 }), (said, cuts) => {
        const vault = createPiiVault();
        const masked = vault.mask(said);
        const unmasker = vault.unmasker();
        let whole = "";
        let rest = masked;
        for (const cut of cuts) {
          whole += unmasker.add(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        whole += unmasker.add(rest) + unmasker.flush();
        expect(whole).toBe(said);
      }),
      { numRuns: 2000 },
    );
  });

  it("sends nothing of what it found", () => {
    fc.assert(
      fc.property(text, (said) => {
        const found = findPii(said);
        const masked = createPiiVault().mask(said);
        const data = found
          .filter(({ kind }) => kind !== "TEXT")
          .map(({ start, end }) => said.slice(start, end));
        expect(data.filter((datum) => masked.includes(datum))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("holds back no more than a placeholder's beginning", () => {
    const unmasker = createPiiVault().unmasker();
    expect(unmasker.add("see [1], [x] and [EMA")).toBe("see [1], [x] and ");
    expect(unmasker.add("ILS are fine")).toBe("[EMAILS are fine");
    expect(unmasker.add("[A")).toBe("");
    expect(unmasker.flush()).toBe("[A");
  });
});
