// The period that the page's address asks for: a day, week or month of the local clock, or a number of hours.
import { DAY, HOUR, written } from "./site_clock.js";

export const LONGEST = 8784; // hours of a request
const NEAR = { day: ["Yesterday", "Today", "Tomorrow"], week: ["Last week", "This week", "Next week"] };
const midnight = (day) => Date.parse(`${day}T00:00Z`);
const dayOf = (local) => new Date(local).toISOString().slice(0, 10);

export class Period {
  /** @param now - the hour around which the page opens; hours without a start begin there. */
  constructor({ N, start, period, date }, clock, now) {
    const { day: today, start: hour } = (this.clock = clock).hour(now);
    if (N ?? start) {
      const [from, input] = [Date.parse(start ?? hour) || now, { N: N ?? 168, start: start ?? hour }];
      const { local, day: date } = clock.hour(from);
      const name = `${input.N} hours from ${written(local)}`;
      const count = Math.min(Math.max(Math.trunc(N) || 168, 1), LONGEST);
      Object.assign(this, { kind: "hours", from, count, input, address: input, steps: { today: {} }, date, name, short: name });
      return;
    }
    const kind = this.kind = ["day", "month"].includes(period) ? period : "week";
    const [earliest, latest] = [clock.begin, clock.end - HOUR].map((time) => midnight(clock.hour(time).day));
    const asked = Math.min(Math.max(midnight(date) || midnight(today), earliest), latest);
    const [first, next] = this.bounds(asked);
    [this.date, this.from] = [dayOf(asked), Math.max(clock.find(first), clock.begin)];
    this.count = (Math.min(clock.find(next), clock.end) - this.from) / HOUR;
    this.input = { N: this.count, start: clock.hour(this.from).start };
    this.address = { period: kind, date: this.date };
    // The addresses of the periods beside this one; undefined beyond the known years.
    this.steps = {
      before: first > earliest ? { period: kind, date: dayOf(this.bounds(first - DAY)[0]) } : undefined,
      today: { period: kind },
      after: next <= latest ? { period: kind, date: dayOf(next) } : undefined,
    };
    const near = NEAR[kind]?.[Math.round((first - this.bounds(midnight(today))[0]) / (next - first)) + 1];
    const fields = { day: { weekday: "long", day: "numeric" }, week: { day: "numeric" } }[kind];
    const format = new Intl.DateTimeFormat("en-GB", { ...fields, month: "long", year: "numeric", timeZone: "UTC" });
    const dates = format.formatRange(first, next - DAY).replace(", ", " ");
    [this.short, this.name] = near ? [near, `${near}, ${dates}`] : [dates, dates];
  }
  /** Return the local midnights between which the period around a local midnight lies. */
  bounds(local) {
    const date = new Date(local);
    const month = (later) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later);
    if (this.kind === "month") return [month(0), month(1)];
    if (this.kind === "day") return [local, local + DAY];
    const monday = local - ((date.getUTCDay() + 6) % 7) * DAY;
    return [monday, monday + 7 * DAY];
  }
  /** Return hours of the same weekdays to compare with, of a longer period a year before; undefined beyond the known years. */
  earlier(compare) {
    const { clock, from, count } = this;
    const days = compare === "year" || count > 8 * 24 ? 364 : 7;
    const [first, end] = [from, from + count * HOUR].map((time) => clock.local(time) - days * DAY);
    if (first < clock.local(clock.begin)) return undefined;
    const name = days === 364 ? "a year before" : count < 26 ? "a week before" : "the week before";
    const start = clock.find(first);
    return { days, name, input: { N: (clock.find(end) - start) / HOUR, start: clock.hour(start).start } };
  }
}
