// The period that the page's address asks for: a day, week or month of the local clock, or a number of hours.
import { DAY, HOUR, written } from "./site_clock.js";

const NEAR = { day: ["Yesterday", "Today", "Tomorrow"], week: ["Last week", "This week", "Next week"] };
const midnight = (day) => Date.parse(`${day}T00:00Z`);
const dayOf = (local) => new Date(local).toISOString().slice(0, 10);

export class Period {
  /** @param today - the day on which the page opens; `now` is its hour, where hours without a start begin. */
  constructor({ N, start, period, date }, clock, now) {
    const { day: today, start: hour } = clock.hour(now);
    if (N ?? start) {
      const from = Date.parse(start ?? hour) || now;
      const { local, day } = clock.hour(from);
      Object.assign(this, { clock, kind: "hours", from, date: day });
      this.count = Math.min(Math.max(Math.trunc(N) || 168, 1), 8784);
      this.input = { N: N ?? 168, start: start ?? hour };
      this.short = this.name = `${N ?? 168} hours from ${written(local)}`;
      return;
    }
    const kind = ["day", "month"].includes(period) ? period : "week";
    const [earliest, latest] = [clock.begin, clock.end - HOUR].map((time) => midnight(clock.hour(time).day));
    const asked = Math.min(Math.max(midnight(date) || midnight(today), earliest), latest);
    Object.assign(this, { clock, kind, date: dayOf(asked) });
    const [first, next] = this.bounds(asked);
    this.from = Math.max(clock.find(first), clock.begin);
    this.count = (Math.min(clock.find(next), clock.end) - this.from) / HOUR;
    this.input = { N: this.count, start: clock.hour(this.from).start };
    const near = NEAR[kind]?.[Math.round((first - this.bounds(midnight(today))[0]) / (next - first)) + 1];
    const [day, weekday] = [kind === "month" ? undefined : "numeric", kind === "day" ? "long" : undefined];
    const format = new Intl.DateTimeFormat("en-GB", { weekday, day, month: "long", year: "numeric", timeZone: "UTC" });
    const dates = format.formatRange(first, next - DAY).replace(", ", " ");
    [this.short, this.name] = near ? [near, `${near}, ${dates}`] : [dates, dates];
  }

  /** Return the local midnights between which the period around a local midnight lies. */
  bounds(local) {
    const date = new Date(local);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    if (this.kind === "month") return [Date.UTC(year, month), Date.UTC(year, month + 1)];
    if (this.kind === "day") return [local, local + DAY];
    const first = local - ((date.getUTCDay() + 13 - this.clock.firstWeekday) % 7) * DAY;
    return [first, first + 7 * DAY];
  }
  /** Return what address shows this period (0), the one before (-1) or after (1); undefined beyond the known years. */
  address(direction) {
    const { clock, kind, from, count, date, input } = this;
    if (!direction) return kind === "hours" ? input : { period: kind, date };
    const start = from + direction * count * HOUR;
    if (kind === "hours") {
      const isThere = start >= clock.begin && start + count * HOUR <= clock.end;
      return isThere ? { N: count, start: clock.hour(start).start } : undefined;
    }
    const [first, next] = this.bounds(midnight(date));
    const isKnown = direction < 0 ? clock.find(first) > clock.begin : clock.find(next) < clock.end;
    return isKnown ? { period: kind, date: dayOf(direction < 0 ? this.bounds(first - DAY)[0] : next) } : undefined;
  }
  /** Return hours of the same weekdays earlier, to compare with; undefined beyond the known years. */
  earlier(compare) {
    const { clock, from, count } = this;
    const days = compare === "year" || count > 32 * 24 ? 364 : count > 8 * 24 ? 28 : 7;
    const [first, end] = [from, from + count * HOUR].map((time) => clock.local(time) - days * DAY);
    if (first < clock.local(clock.begin)) return undefined;
    const name = { 7: count < 26 ? "a week before" : "the week before", 28: "four weeks before", 364: "a year before" }[days];
    const start = clock.find(first);
    return { days, name, input: { N: (clock.find(end) - start) / HOUR, start: clock.hour(start).start } };
  }
}
