// One hour by its calendar fields: its prediction, and the same request as a URL, for a shell and for a program.
import { element } from "./element.js";
import { DAY, HOUR, WEEKDAYS } from "./site_clock.js";
import { codeSamples } from "./take_away.js";

export function showHour(place, { prediction }, input, { timestamps, unit }) {
  const time = `${input.hour_of_day}:00, ${timestamps.clock} time`;
  const [given, real] = [0, timestamps.weekday_shift].map((shift) => WEEKDAYS[(input.day_of_week + shift) % 7]);
  const day = given === real ? given : `${given} by its timestamp, and a ${real} by the real calendar`;
  place.replaceChildren(
    element("p", { class: "readout" }, element("strong", {}, `${prediction} ${unit}`)),
    element("p", {}, `Mean power of the hour that ${timestamps.marks}s at ${time}. The day is a ${day}.`),
    ...codeSamples("prediction", input),
  );
}
/** Return the calendar fields that the timestamp of an hour shows, given when it starts on the local clock. */
export function fieldsOf(text, { timestamps }, clock) {
  const time = clock.find(Date.parse(`${text}Z`)) + (timestamps.marks === "end" ? HOUR : 0);
  const shown = timestamps.clock === "local" ? clock.local(time) : new Date(time + clock.standardOffset);
  const dayOfYear = Math.floor((shown - Date.UTC(shown.getUTCFullYear())) / DAY) + 1;
  const weekday = (shown.getUTCDay() + 13 - timestamps.weekday_shift) % 7;
  return { hour_of_day: shown.getUTCHours(), day_of_week: weekday, day_of_year: dayOfYear };
}
