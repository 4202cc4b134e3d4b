// What the model is, where it comes from, and how far it can be trusted.
import { element, table } from "./element.js";
import { shown, WEEKDAYS } from "./site_clock.js";

const PUBLISHED = "0555dacb6bf1976422d203013908006c29fe9d261e9163c39fe23791ab6aba7d"; // sha256 of the published CSV

/** Name the building; of any but the published one, the card tells no more than where its clock is. */
export const site = ({ training_data: { sha256 }, timezone }) =>
  sha256 === PUBLISHED ? "A simulated hospital in San Francisco" : `A building in the time zone ${timezone}`;

export function showCard(place, card) {
  const { training_data: data, validation, holidays, unit, known_years: years } = card;
  const [first, last] = [card.first_event_start, card.last_event_start].map((start) => start.slice(0, 10));
  const { nested_cross_validation: folds, last_20_percent: end } = validation.band;
  const facts = {
    Data: `${data.rows.toLocaleString("en-GB")} hours from ${first} to ${last}, ${data.missing_hours} missing`,
    Labels: `name the ${card.label_side} of an hour in ${card.label_clock} time`,
    Holidays: holidays ? `${holidays.country}, ${holidays.counted}; like a ${WEEKDAYS[holidays.rest_weekday]}` : "none",
    "Known years": `${years.first} to ${years.last}`,
    "5–95 % band": `held ${shown(100 * folds.share)} % in cross-validation, ${shown(100 * end.share)} % of the last fifth`,
  };
  const list = Object.entries(facts).flatMap(([term, fact]) => [element("dt", {}, term), element("dd", {}, fact)]);
  const scores = Object.entries(validation.scores).map(([name, score]) =>
    [name, ...["mae", "rmse", "mape"].map((metric) => (metric in score ? shown(score[metric]) : "–"))]);
  const errors = table(`Error: ${validation.protocol}`, ["model", `MAE ${unit}`, `RMSE ${unit}`, "MAPE %"], scores);
  place.replaceChildren(...data.remarks.map((remark) => element("p", { class: "remark" }, remark)));
  place.append(element("dl", {}, ...list), element("div", { class: "scroll", tabindex: 0 }, errors));
}
