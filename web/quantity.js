// Powers and energies as people read them; tables, files and code have all digits.
const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** Write a number; a narrow space between thousands never begins a new line. */
const spaced = (value, options) => value.toLocaleString("en-GB", options).replaceAll(",", "\u202f").replace("-", "−");
export const significant = (value, digits = 4) => spaced(value, { maximumSignificantDigits: digits, signDisplay: "negative" });
export const sumOf = (powers) => powers.reduce((sum, power) => sum + power, 0);
export const rangeOf = (powers) => [Math.min(...powers), Math.max(...powers)];

/** Return a function that writes numbers with the decimals that a step needs. */
export function stepFormat(step) {
  const decimals = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 20);
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return (value, signDisplay = "negative") => spaced(value, { ...options, signDisplay });
}
/** Return a function that writes the powers of a chart: a hundredth of their range can be told apart. */
export function powerFormat(powers) {
  const [lowest, highest] = rangeOf(powers);
  return stepFormat((highest - lowest || Math.abs(highest) || 1) / 100);
}
/** Write the energy of hours of mean power, like 168.6 MWh. */
export function energy(hourlyPowers, unit) {
  let [sum, prefix] = [sumOf(hourlyPowers), PREFIXES.indexOf(unit.slice(0, -1))];
  for (; Math.abs(sum) >= 1000 && prefix < PREFIXES.length - 1; prefix += 1) sum /= 1000;
  return `${significant(sum)} ${PREFIXES[prefix]}Wh`;
}
