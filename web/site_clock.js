// The site's local clock; a local time is a Date whose UTC fields are what that clock shows.
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DATE = { weekday: "short", day: "numeric", month: "short", year: "numeric" };

export const written = (local, fields = DATE) => local.toLocaleDateString("en-GB", { ...fields, timeZone: "UTC" });
export const dayName = ({ local, restName }) => written(local) + (restName ? `, ${restName}` : "");
export const hourName = (hour) => `${dayName(hour)}, ${hour.start.slice(11, 16)} (UTC${hour.start.slice(19)})`;

export class SiteClock {
  constructor({ timezone: timeZone, first_event_start: first, known_years: years, ...card }) {
    // Swedish dates look like ISO 8601.
    this.swedish = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
    this.standardOffset = Date.parse(`${first.slice(0, 19)}Z`) - Date.parse(first);
    this.restNames = { ...card.holidays?.dates, ...card.closures };
    Object.assign(this, { weekend: card.weekend, timestamps: card.timestamps });
    [this.begin, this.end] = [years.first, years.last + 1].map((year) => this.newYear(year));
  }

  local = (time) => new Date(`${this.swedish.format(time).replace(" ", "T")}Z`);
  /** Describe the hour that starts at a time; its `start` is RFC 3339 with the local offset. */
  hour(time) {
    const local = this.local(time);
    const offset = (local < time ? "-" : "+") + new Date(Math.abs(local - time)).toISOString().slice(11, 16);
    const [day, start] = [10, 19].map((length) => local.toISOString().slice(0, length));
    const restName = this.restNames[day];
    const weekend = this.weekend.includes((local.getUTCDay() + 6) % 7) ? "weekend" : "";
    return { time, local, day, start: start + offset, restName, rest: restName ? "holiday" : weekend };
  }
  /** Round a time down to a whole hour of the site's standard time. */
  wholeHour = (time) => Math.floor((time + this.standardOffset) / HOUR) * HOUR - this.standardOffset;
  /** Find the first whole hour at or after a local time, on a clock that is at most two hours from standard time. */
  find(local) {
    let time = this.wholeHour(local - this.standardOffset - 2 * HOUR);
    while (this.local(time) < local) time += HOUR;
    return time;
  }
  newYear = (year) => this.find(Date.UTC(year));
  /** Return the calendar fields that the training data's timestamp shows for the hour that starts at a local time. */
  fieldsOf(local) {
    const time = this.find(local) + (this.timestamps.marks === "end" ? HOUR : 0);
    const shown = this.timestamps.clock === "local" ? this.local(time) : new Date(time + this.standardOffset);
    const day_of_week = (shown.getUTCDay() + 13 - this.timestamps.weekday_shift) % 7;
    const day_of_year = Math.floor((shown - Date.UTC(shown.getUTCFullYear())) / DAY) + 1;
    return { hour_of_day: shown.getUTCHours(), day_of_week, day_of_year };
  }
  /** List consecutive hours, and their local days: each has its first hour, the index of that hour, and its length. */
  calendar(start, count) {
    const hours = Array.from({ length: count }, (_, index) => this.hour(start + index * HOUR));
    const starts = hours.flatMap(({ day }, index) => (day === hours[index - 1]?.day ? [] : [index]));
    const length = (index, place) => (starts[place + 1] ?? count) - index;
    return { hours, days: starts.map((index, place) => ({ ...hours[index], index, count: length(index, place) })) };
  }
}
