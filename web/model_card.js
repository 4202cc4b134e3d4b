// The model card as a list of facts and a table of errors.
import { element, table } from "./element.js";
import { significant } from "./quantity.js";
import { WEEKDAYS } from "./site_clock.js";

/** Say in words how many hours the 90 % interval held, wherever it was measured. */
export function measuredShares({ expected_errors: errors }) {
  const all = [errors.interval_on_held_out_weeks, errors.interval_on_last_20_percent, errors.interval_on_next_60_days];
  const shares = all.filter(Boolean).map(({ share }) => Math.round(100 * share));
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `measured: ${least === most ? least : `${least} to ${most}`} % of hours`;
}

export function showCard(place, card) {
  const { training_data: data, validation, holidays, closures, unit, known_years: years, expected_errors: expected } = card;
  const [first, last] = [card.first_event_start, card.last_event_start].map((start) => start.slice(0, 10));
  const like = `, like ${WEEKDAYS[card.rest_weekday]}s`;
  const closed = Object.keys(closures).length;
  const { mean, standard_deviation: spread } = expected.mae_by_week;
  const facts = {
    Data: `${significant(data.hours, 9)} hours from ${first} to ${last}, ${significant(data.missing_hours, 9)} missing`,
    Timestamps: `mark the ${card.timestamps.marks} of an hour, in ${card.timestamps.clock} time`,
    Holidays: holidays ? `${holidays.country}, ${holidays.counted}${like}` : "none",
    ...(closed && { Closures: `${closed} days${like}: ${[...new Set(Object.values(closures))].slice(0, 8).join(", ")}` }),
    "Known years": `${years.first} to ${years.last}`,
    "Expected error": `MAE of a week ${significant(mean, 3)} ± ${significant(spread, 2)} ${unit}`,
    "90 % interval": measuredShares(card),
  };
  const list = Object.entries(facts).flatMap(([term, fact]) => [element("dt", {}, term), element("dd", {}, fact)]);
  const score = (one) => ["mae", "rmse", "mape", "peak_mae"].map((metric) => (metric in one ? significant(one[metric]) : "–"));
  const columns = ["forecast", `MAE ${unit}`, `RMSE ${unit}`, "MAPE %", `daily peak's MAE ${unit}`];
  const errors = table(`Error: ${validation.protocol}`, columns, validation.scores.map((one) => [one.name, ...score(one)]));
  place.replaceChildren(...data.warnings.map((warning) => element("p", { class: "remark" }, warning)));
  place.append(element("dl", {}, ...list), element("div", { class: "scroll", tabindex: 0 }, errors));
}
