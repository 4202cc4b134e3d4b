// Measured power from a CSV, read in this browser; nothing of it is sent.
import { significant, sumOf } from "./quantity.js";
import { DAY, HOUR } from "./site_clock.js";

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d?(?::\d\d){0,2})(?:\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?$/;
const OTHER = /^(\d\d?)([./-])(\d\d?)\2(\d{4})\b/;
const MISSING = ["", "null", "nan", "na", "n/a", "none", "-"];
const isTime = (cell) => ISO.test(cell) || OTHER.test(cell);
const number = (cell) => (MISSING.includes(cell.toLowerCase()) ? undefined : Number(cell.replace(",", ".")));
const twoDigits = (text) => text.padStart(2, "0");

/** Read times and mean powers as train.py does; returns a Map from event start to the mean power of that hour. */
export function readMeasured(text, card, clock) {
  const [head, ...more] = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const separator = [";", "\t", ","].find((sign) => head.includes(sign));
  const split = (line) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const names = split(head);
  const lines = more.map((line, index) => ({ line: index + 2, cells: split(line) })).filter(({ cells }) => cells.some(Boolean));
  if (names.some(isTime)) lines.unshift({ line: 1, cells: names });
  const find = (name, test) => (names.includes(name) ? names.indexOf(name) : lines[0]?.cells.findIndex(test) ?? -1);
  const time = find("ds", isTime);
  const value = find("y", (cell, place) => place !== time && number(cell) === number(cell) && cell);
  if (time < 0 || value < 0) throw new Error("it needs a column of times, like 2026-01-31 13:00, and one of numbers.");
  const rows = lines.map(({ line, cells }) => ({ line, text: cells[time] ?? "", power: number(cells[value] ?? "") }));
  const wrong = rows.find(({ power }) => Number.isNaN(power));
  if (wrong) throw new Error(`line ${wrong.line} has no number.`);
  const hours = new Map();
  eventStarts(parseTimes(rows), card, clock).forEach((start, row) => {
    const [hour, { power }] = [clock.wholeHour(start), rows[row]];
    if (power !== undefined) hours.set(hour, [...(hours.get(hour) ?? []), power]);
  });
  const means = [...hours].map(([hour, powers]) => [hour, sumOf(powers) / powers.length]);
  return new Map(means.sort(([one], [other]) => one - other));
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

/** Say how far a forecast is from what was measured; the error is forecast less measured. */
export function errorsInWords(measured, card, start, mean, low, high) {
  const { unit, expected_errors: expected } = card;
  const [firstLearnt, lastLearnt] = [card.first_event_start, card.last_event_start].map(Date.parse);
  const hours = mean.flatMap((power, index) => {
    const time = start + index * HOUR;
    const actual = measured.get(time);
    const isWithin = low[index] <= actual && actual <= high[index];
    return actual === undefined ? [] : [{ actual, error: power - actual, isWithin, isNew: time > lastLearnt || time < firstLearnt }];
  });
  if (!hours.length) return "no hour was measured.";
  const average = (of) => sumOf(hours.map(of)) / hours.length;
  const mae = average(({ error }) => Math.abs(error));
  const percent = (share, digits) => `${significant(100 * share, digits)} %`;
  return `MAE ${significant(mae, 3)} ${unit} (${percent(mae / Math.abs(average(({ actual }) => actual)), 2)} of the mean; `
    + `${significant(expected.mae_by_week.mean, 3)} is expected of a new week), `
    + `mean error ${significant(average(({ error }) => error), 3)} ${unit}, `
    + `${percent(average(({ isWithin }) => +isWithin), 3)} of ${significant(hours.length, 9)} hours within the 90 % interval.`
    + (hours.every(({ isNew }) => isNew) ? "" : " The model was trained on some of them.");
}
