// What forecasts, their errors and the model card mean, in sentences.
import { energy, powerFormat, significant, sumOf } from "./quantity.js";
import { HOUR, WEEKDAYS, written } from "./site_clock.js";

/**
 * Write a headline like "168.6 MWh, 3 % less than the week before. Peak 1 351 kW on Tuesday 17:00 to 18:00, up to 1 398."
 * Upper, a quantile, has powers by hour and a name; past has the values of an earlier period, and its name.
 */
export function headline({ hours, days, mean, low, unit }, upper, past, clock) {
  const lower = { powers: low, name: "5 % quantile" };
  const feedsIn = sumOf(mean) < 0; // a solar plant: what counts is its lowest hour, and how much lower it may be
  const [name, way, edge, most] = feedsIn ? ["Lowest", "down", lower, Math.min] : ["Peak", "up", upper, Math.max];
  const [peak, limit] = [mean, edge.powers].map((powers) => most(...powers));
  const [format, at] = [powerFormat([...mean, limit]), hours[mean.indexOf(peak)]];
  const nameDay = ({ local }) => written(local, { weekday: "long", ...(days.length > 8 && { day: "numeric", month: "long" }) });
  const on = days.length > 1 ? ` on ${nameDay(at)}` : "";
  const [from, to] = [at, clock.hour(at.time + HOUR)].map(({ start }) => start.slice(11, 16));
  const named = days.filter(({ restName }) => restName);
  const inUnit = (power) => `${format(power)}\u00a0${unit}`;
  const rests = named.map((day) => (days.length > 1 ? `${nameDay(day)} is ${day.restName}` : day.restName));
  return [
    `${energy(mean, unit)}${difference(sumOf(mean), past)}`,
    `${name} ${inUnit(peak)}${on} ${from} to ${to}, ${way} to ${inUnit(limit)} (${edge.name})`,
    ...(rests.length > 4 ? [`${rests.length} holidays or closures`] : rests),
  ].map((sentence) => `${sentence}.`).join(" ");
}
function difference(now, { values, name }) {
  const before = sumOf(values ?? []);
  const percent = 100 * (now / before - 1);
  if (before <= 0 || now <= 0) return ""; // also if there is nothing to compare with
  if (Math.abs(percent) < 0.1) return `, as much as ${name}`;
  const size = significant(Math.abs(percent), Math.abs(percent) < 10 ? 1 : 2);
  return `, ${size} % ${percent < 0 ? "less" : "more"} than ${name}`;
}

/** Say how far a forecast is from what was measured; the error is forecast less measured. */
export function errorsInWords(measured, { mean, low, high, unit }, card) {
  const hours = [...mean.keys()].filter((hour) => Number.isFinite(measured[hour]));
  if (!hours.length) return "no hour of this period was measured.";
  const average = (of) => sumOf(hours.map(of)) / hours.length;
  const error = (hour) => mean[hour] - measured[hour];
  const isWithin = (hour) => low[hour] <= measured[hour] && measured[hour] <= high[hour];
  const [mae, meanError] = [average((hour) => Math.abs(error(hour))), average(error)].map((one) => significant(one, 3));
  const percent = significant((100 * hours.filter(isWithin).length) / hours.length, 3);
  const [expected, side] = [significant(card.expected_errors.mae_by_week.mean, 3), average(error) < 0 ? "low" : "high"];
  return `MAE ${mae} ${unit}, where ${expected} is expected; mean error ${meanError} ${unit}, so the forecast is too ${side}; `
    + `${percent} % of ${significant(hours.length, 9)} hours within the 90 % interval. `
    + `Values were read as ${unit}, times as the ${card.timestamps.marks} of an interval, in ${card.timestamps.clock} time. `;
}

/** Say how many hours the 90 % interval held, wherever it was measured. */
export function measuredShares({ expected_errors: errors }) {
  const all = [errors.interval_on_held_out_weeks, errors.interval_on_last_20_percent, errors.interval_on_next_60_days];
  const shares = all.filter(Boolean).map(({ share }) => Math.round(100 * share));
  const ends = new Set([Math.min(...shares), Math.max(...shares)]);
  return `measured: ${[...ends].join(" to ")} % of hours`;
}
/** List what a person should know of the model. */
export function cardInWords({ training_data: data, timestamps, holidays, closures, ...card }) {
  const [first, last] = [card.first_event_start, card.last_event_start].map((start) => start.slice(0, 10));
  const { mean, standard_deviation: spread } = card.expected_errors.mae_by_week;
  const closed = [...new Set(Object.values(closures))].slice(0, 8).join(", ");
  return [
    `Trained on ${significant(data.hours, 9)} hours from ${first} to ${last}, ${significant(data.missing_hours, 9)} missing. `
      + `Its timestamps mark the ${timestamps.marks} of an hour, in ${timestamps.clock} time.`,
    `In a new week, expect a mean absolute error (MAE) of ${significant(mean, 3)} ± ${significant(spread, 2)} ${card.unit}.`,
    `Like ${WEEKDAYS[card.rest_weekday]}s: holidays (${holidays?.country ?? "none"}) and closures (${closed || "none"}).`,
  ];
}
