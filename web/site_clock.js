// The site's local clock; a local time is a Date whose UTC fields are what that clock shows.
export const HOUR = 3_600_000;
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DATE = { weekday: "short", day: "numeric", month: "short", year: "numeric" };

/** Write a power with four digits, for people; tables have all digits. */
export const shown = (power) => power.toLocaleString("en-GB", { maximumSignificantDigits: 4 });
export const written = (local, fields = DATE) => local.toLocaleDateString("en-GB", { ...fields, timeZone: "UTC" });
export const dayName = ({ local, rest }) => written(local) + (rest === "holiday" ? ", public holiday" : "");
export const hourName = (hour) => `${dayName(hour)}, ${hour.start.slice(11, 16)} (UTC${hour.start.slice(19)})`;

export class SiteClock {
  constructor({ timezone: timeZone, first_event_start: first, holidays }) {
    // Swedish dates look like ISO 8601.
    this.swedish = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
    this.standardOffset = Date.parse(`${first.slice(0, 19)}Z`) - Date.parse(first);
    this.holidays = new Set(holidays?.dates);
    const country = holidays && new Intl.Locale("und", { region: holidays.country.slice(0, 2) });
    this.weekend = (country?.getWeekInfo?.() ?? country?.weekInfo)?.weekend ?? [6, 7];
  }

  /** Describe the hour that starts at a time; its `start` is RFC 3339 with the local offset. */
  hour(time) {
    const local = new Date(`${this.swedish.format(time).replace(" ", "T")}Z`);
    const offset = (local < time ? "-" : "+") + new Date(Math.abs(local - time)).toISOString().slice(11, 16);
    const [day, start] = [10, 19].map((length) => local.toISOString().slice(0, length));
    const weekend = this.weekend.includes(local.getUTCDay() || 7) ? "weekend" : "";
    return { local, day, start: start + offset, rest: this.holidays.has(day) ? "holiday" : weekend };
  }
  /** Round a time down to a whole hour of the site's standard time. */
  wholeHour = (time) => Math.floor((time + this.standardOffset) / HOUR) * HOUR - this.standardOffset;
  /** Find the first whole hour of a local year; daylight saving time is at most two hours. */
  newYear(year) {
    let time = this.wholeHour(Date.UTC(year) - this.standardOffset - 2 * HOUR);
    while (this.hour(time).local < Date.UTC(year)) time += HOUR;
    return time;
  }
  /** List consecutive hours, and their local days: each has its first hour, the index of that hour, and its length. */
  calendar(start, count) {
    const hours = Array.from({ length: count }, (_, index) => this.hour(start + index * HOUR));
    const starts = hours.flatMap(({ day }, index) => (day === hours[index - 1]?.day ? [] : [index]));
    const length = (index, place) => (starts[place + 1] ?? count) - index;
    return { hours, days: starts.map((index, place) => ({ ...hours[index], index, count: length(index, place) })) };
  }
}
