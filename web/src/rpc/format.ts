const money = new Map<string, Intl.NumberFormat>();
const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "short" });
const date = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });

function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency}:${digits}`;
  let format = money.get(key);
  if (!format) {
    const style = {
      style: "currency",
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    } as const;
    money.set(key, (format = new Intl.NumberFormat("en", style)));
  }
  return format;
}

/** Micro-units as money, with as many digits as small amounts need: $0.0012, $1.25. */
export function formatMicros(micros: bigint, currency: string): string {
  const whole = Number(micros) / 1e6;
  const size = Math.abs(whole);
  return moneyFormat(currency || "USD", size >= 0.1 ? 2 : size >= 0.001 ? 4 : 6).format(whole);
}

/** 950, 1.2K, 34K. */
export function formatCount(tokens: bigint): string {
  return count.format(tokens);
}

export function formatMoment(at: Date): string {
  return moment.format(at);
}

const dayMillis = 86_400_000;

/** Short enough for a list: a clock time today, a weekday this week, else a date. */
export function formatAgo(at: Date, now: Date): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at.getTime() >= midnight) return clock.format(at);
  if (at.getTime() >= midnight - 6 * dayMillis) return weekday.format(at);
  return date.format(at);
}
