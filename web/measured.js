// Measured power from a CSV, read in this browser; nothing of it is sent.
import { sumOf } from "./quantity.js";
import { DAY, HOUR } from "./site_clock.js";

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d?(?::\d\d){0,2})(?:\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?$/;
const OTHER = /^(\d\d?)([./-])(\d\d?)\2(\d{4})\b/;
const MISSING = ["", "null", "nan", "na", "n/a", "none", "-"];
const isTime = (cell) => ISO.test(cell) || OTHER.test(cell);
const number = (cell) => (MISSING.includes(cell.toLowerCase()) ? undefined : Number(cell.replace(",", ".")));
const twoDigits = (text) => text.padStart(2, "0");

/** Read times and mean powers as train.py does; returns a Map from event start to the mean power of that hour. */
export function readMeasured(text, card, clock) {
  const separator = [";", "\t", ","].find((sign) => /.*/.exec(text)[0].includes(sign));
  const split = (line) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const every = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/).map((line, index) => ({ line: index + 1, cells: split(line) }));
  const [first = { cells: [] }, ...more] = every.filter(({ cells }) => cells.some(Boolean));
  const lines = first.cells.some(isTime) ? [first, ...more] : more;
  const find = (name, test) => (first.cells.includes(name) ? first.cells.indexOf(name) : lines[0]?.cells.findIndex(test) ?? -1);
  const time = find("ds", isTime);
  const value = find("y", (cell, place) => place !== time && cell && !Number.isNaN(number(cell)));
  if (first.cells[0] === "start") throw new Error("it is a forecast that this page saved; choose measured power.");
  if (time < 0 || value < 0) throw new Error("it needs a column of times, like 2026-01-31 13:00, and one of numbers.");
  const rows = lines.map(({ line, cells }) => ({ line, text: cells[time] ?? "", power: number(cells[value] ?? "") }));
  const wrong = rows.find(({ power }) => Number.isNaN(power));
  if (wrong) throw new Error(`line ${wrong.line} has no number.`);
  eventStarts(parseTimes(rows), card, clock).forEach((start, row) => (rows[row].hour = clock.wholeHour(start)));
  const there = rows.filter(({ power, hour }) => power !== undefined && clock.begin <= hour && hour < clock.end);
  if (!there.length) throw new Error("it has no hour in the years that the model knows.");
  const hours = new Map(there.map(({ hour }) => [hour, []]).sort(([one], [other]) => one - other));
  for (const { hour, power } of there) hours.get(hour).push(power);
  return new Map([...hours].map(([hour, powers]) => [hour, sumOf(powers) / powers.length]));
}

/** Parse times; all of them together decide whether the day or the month comes first. */
function parseTimes(rows) {
  const dates = rows.map(({ text }) => OTHER.exec(text)).filter(Boolean);
  const isMonthFirst = dates.some(([, , , second]) => second > 12);
  const isDayFirst = dates.some(([, first, sign]) => sign !== "/" || first > 12);
  if (dates.length && isDayFirst === isMonthFirst) throw new Error(`write ${dates[0][0]} as 2026-01-31.`);
  const iso = (_, one, sign, two, year) => [year, ...(isMonthFirst ? [one, two] : [two, one]).map(twoDigits)].join("-");
  return rows.map(({ text, line }) => {
    const [, date, clockTime = "0", offset] = ISO.exec(text.replace(OTHER, iso)) ?? [];
    const time = `${date}T${[...clockTime.split(":"), "0", "0"].slice(0, 3).map(twoDigits).join(":")}`;
    const shown = Date.parse(`${time}Z`);
    if (Number.isNaN(shown)) throw new Error(`line ${line} has no time like 2026-01-31 13:00.`);
    return { shown, instant: offset && Date.parse(time + offset.replace(/(\d\d):?(\d\d)/, "$1:$2")) };
  });
}

/** Find when the interval of each row starts; timestamps mean what the model card says. */
function eventStarts(times, { timestamps, first_event_start: first }, clock) {
  const steps = times.slice(1).map(({ shown }, row) => Math.abs(shown - times[row].shown)).sort((one, other) => one - other);
  const step = steps[Math.floor(steps.length / 2)] || HOUR; // the median: a gap or a clock change does no harm
  if (step > HOUR) throw new Error(`its rows are ${step / 60_000} minutes apart; an hour is the most.`);
  const back = timestamps.marks === "end" ? step : 0;
  // Where the training data was dated to another year, an older file is dated to it, too.
  const moved = Date.UTC(first.slice(0, 4)) - Date.UTC(new Date(times[0].shown - back).getUTCFullYear());
  const isMoved = timestamps.weekday_shift && moved > 0 && (moved / DAY) % 7 === timestamps.weekday_shift;
  const [isLocal, seen] = [timestamps.clock === "local", new Set()];
  return times.map(({ shown, instant }) => {
    const local = shown + (isMoved ? moved : 0);
    let time = instant ?? local - clock.standardOffset;
    if (isLocal && !instant) time = clock.find(local - (local % HOUR)) + (local % HOUR);
    if (isLocal && seen.has(time)) time += HOUR; // the hour that the clock repeats
    seen.add(time);
    return time - back;
  });
}
