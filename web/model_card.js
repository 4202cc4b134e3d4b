// The model card as a list of facts and a table of errors.
import { element, table } from "./element.js";
import { shown, WEEKDAYS } from "./site_clock.js";

const PUBLISHED = "0555dacb6bf1976422d203013908006c29fe9d261e9163c39fe23791ab6aba7d"; // sha256 of the published CSV

/** Name the building; only the published one has a name, of others the card has the time zone. */
export const site = ({ training_data: { sha256 }, timezone }) =>
  sha256 === PUBLISHED ? "A simulated hospital in San Francisco" : `A building in the time zone ${timezone}`;

export function showCard(place, card) {
  const { training_data: data, validation, holidays, unit, known_years: years } = card;
  const [first, last] = [card.first_event_start, card.last_event_start].map((start) => start.slice(0, 10));
  const { nested_cross_validation: folds, last_20_percent: end } = validation.band;
  const facts = {
    Data: `${data.rows.toLocaleString("en-GB")} hours from ${first} to ${last}, ${data.missing_hours} missing`,
    Timestamps: `mark the ${card.label_side} of an hour, in ${card.label_clock} time`,
    Holidays: holidays ? `${holidays.country}, ${holidays.counted}, like ${WEEKDAYS[holidays.rest_weekday]}s` : "none",
    "Known years": `${years.first} to ${years.last}`,
    "In the 90 % interval": `${shown(100 * folds.share)} % of held-out weeks, ${shown(100 * end.share)} % of the last 20 %`,
  };
  const list = Object.entries(facts).flatMap(([term, fact]) => [element("dt", {}, term), element("dd", {}, fact)]);
  const scores = Object.entries(validation.scores).map(([name, score]) =>
    [name, ...["mae", "rmse", "mape"].map((metric) => (metric in score ? shown(score[metric]) : "–"))]);
  const errors = table(`Error: ${validation.protocol}`, ["model", `MAE ${unit}`, `RMSE ${unit}`, "MAPE %"], scores);
  place.replaceChildren(...data.remarks.map((remark) => element("p", { class: "remark" }, remark)));
  place.append(element("dl", {}, ...list), element("div", { class: "scroll", tabindex: 0 }, errors));
}
