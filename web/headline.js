// The headline: what a period means, in a sentence or two.
import { energy, powerFormat, significant, sumOf } from "./quantity.js";
import { HOUR, written } from "./site_clock.js";

/**
 * Write a headline like "168.6 MWh, 3 % less than the week before. Peak 1 351 kW on Tuesday 17:00 to 18:00, up to 1 398."
 * @param edges - the quantiles that bound a peak: series low and high, and a name.
 */
export function headline({ hours, days, mean, unit }, edges, past, pastName, clock) {
  const feedsIn = sumOf(mean) < 0; // a solar plant: what counts is its lowest hour
  const extreme = feedsIn ? Math.min(...mean) : Math.max(...mean);
  const edge = feedsIn ? Math.min(...edges.low) : Math.max(...edges.high);
  const [format, at] = [powerFormat([...mean, edge]), hours[mean.indexOf(extreme)]];
  const nameDay = ({ local }) => written(local, { weekday: "long", ...(days.length > 8 && { day: "numeric", month: "long" }) });
  const on = days.length > 1 ? ` on ${nameDay(at)}` : "";
  const [from, to] = [at, clock.hour(at.time + HOUR)].map(({ start }) => start.slice(11, 16));
  const named = days.filter(({ restName }) => restName);
  const rests = named.map((day) => (days.length > 1 ? `${nameDay(day)} is ${day.restName}` : day.restName));
  return [
    `${energy(mean, unit)}${difference(mean, past, pastName, unit)}`,
    `${feedsIn ? "Lowest" : "Peak"} ${format(extreme)} ${unit}${on} ${from} to ${to}, `
      + `${feedsIn ? "down" : "up"} to ${format(edge)} (${edges.name})`,
    ...(rests.length > 4 ? [`${rests.length} holidays or closures`] : rests),
  ].map((sentence) => `${sentence}.`).join(" ");
}

function difference(mean, past, name, unit) {
  if (!past?.some(Number.isFinite)) return "";
  const [now, before] = [mean, past].map((powers) => sumOf(powers.filter((_, index) => Number.isFinite(past[index]))));
  const [more, word] = [Math.abs(now - before), now < before ? "less" : "more"];
  if (now <= 0 || before <= 0) return `, ${energy([more], unit)} ${word} than ${name}`;
  const percent = (100 * more) / before;
  return percent < 0.05 ? `, as much as ${name}` : `, ${significant(percent, percent < 10 ? 1 : 2)} % ${word} than ${name}`;
}
