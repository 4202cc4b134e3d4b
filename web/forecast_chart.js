// Consecutive hours: the mean of each hour as a step line, over its 90 % interval; other lines have a name.
import { Chart } from "./chart.js";
import { powerFormat, rangeOf, stepFormat } from "./quantity.js";
import { HOUR, hourName, written } from "./site_clock.js";

export class ForecastChart extends Chart {
  moves = { PageUp: () => this.select(this.index + 24), PageDown: () => this.select(this.index - 24) };

  draw() {
    const { hours, mean, low, high, unit, lines } = this.data;
    const known = [mean, low, high, ...lines.map(({ powers }) => powers)].flat().filter(Number.isFinite);
    const { ticks, step } = roundNumbers(...rangeOf(known));
    this.format = powerFormat(known);
    const labels = ticks.map((tick) => stepFormat(step)(tick));
    const perDay = ((this.plot.clientWidth - 64) * 24) / hours.length;
    const height = Math.min(Math.max(this.plot.clientWidth * 0.32, 280), 460);
    this.clear(height, 40, Math.max(52, 10 + 7 * Math.max(...labels.map(({ length }) => length))));
    this.y = (power) => this.floor - ((power - ticks[0]) / (ticks.at(-1) - ticks[0])) * (this.floor - this.top);
    this.path("grid", ticks.map((tick) => `M${this.left},${this.y(tick)}h${this.width}`).join(""));
    ticks.forEach((tick, place) => this.label(labels[place], this.left - 6, this.y(tick) + 4, "end"));
    this.label(unit, this.left - 6, 12, "end");
    if (ticks[0] > 0 || ticks.at(-1) < 0) this.label("The axis does not begin at zero.", this.left + 6, this.floor - 6);
    this.labelTime(perDay);
    const back = low.map((power, index) => `V${this.y(power)}H${this.x(index)}`).reverse().join("");
    this.path("band", `${this.steps(high)}${back}`);
    this.path("mean", this.steps(mean));
    for (const { kind, powers } of lines) this.path(kind, this.steps(powers));
    const now = (Date.now() - hours[0].time) / HOUR;
    if (now < hours.length) this.markNow(now, `V${this.floor}`);
    [this.cursor, this.dot] = [this.path("cursor"), this.path("dot")];
    this.select(this.index);
  }
  /** Return a step line, with a gap where there is no power. */
  steps(powers) {
    const begin = (index) => (Number.isFinite(powers[index - 1]) ? "V" : `M${this.x(index)},`);
    const step = (power, index) => (Number.isFinite(power) ? `${begin(index)}${this.y(power)}H${this.x(index + 1)}` : "");
    return powers.map(step).join("");
  }
  /** Write hours below the axis, and days, Mondays or months, as there is room. */
  labelTime(perDay) {
    const { hours, days } = this.data;
    const every = perDay >= 400 ? 3 : perDay >= 130 ? 6 : 24;
    hours.forEach(({ local, start }, index) => {
      const hour = local.getUTCHours();
      if (hour && hour % every === 0) this.label(start.slice(11, 13), this.x(index), this.floor + 15, "middle");
    });
    const [day, name] = [perDay < 48 && days.length <= 8 ? {} : { day: "numeric" }, perDay < 36 ? "month" : "weekday"];
    const fields = perDay >= 36 && perDay < 48 && days.length > 8 ? day : { ...day, [name]: "short" };
    let free = 0;
    for (const { index, count, local, rest } of days) {
      const [from, to, text] = [this.x(index), this.x(index + count), written(local, fields)];
      this.markRest(rest, from, to);
      if (perDay < 36 && (perDay < 8 ? local.getUTCDate() : local.getUTCDay()) !== 1) continue;
      this.path("day", `M${from},${this.top}V${this.floor + 6}`);
      if (from < free || (perDay >= 36 && to - from < text.length * 7)) continue;
      this.label(text, from + 3, this.floor + 31, rest);
      free = from + text.length * 7;
    }
  }
  tell(index) {
    const { hours, mean, low, high, unit, lines } = this.data;
    this.cursor.setAttribute("d", `M${this.x(index + 0.5)},${this.top}V${this.floor}`);
    this.dot.setAttribute("d", `M${this.x(index + 0.5)},${this.y(mean[index])}h0`);
    const others = lines.filter(({ powers }) => Number.isFinite(powers[index])).map(({ name, powers }) =>
      `${name}: ${this.format(powers[index])} (difference ${this.format(mean[index] - powers[index], "exceptZero")})`);
    const interval = `90 % interval: ${this.format(low[index])} to ${this.format(high[index])}`;
    return [`${this.format(mean[index])} ${unit}`, interval, ...others, hourName(hours[index])];
  }
  table() {
    const { hours, mean, low, high, unit, lines } = this.data;
    const columns = [mean, low, high, ...lines.map(({ powers }) => powers)];
    const rows = hours.map(({ start }, index) => [start, ...columns.map((powers) => powers[index] ?? "")]);
    const names = ["mean", "5 %", "95 %", ...lines.map(({ name }) => name)].map((name) => `${name} (${unit})`);
    return ["Power during each hour", ["start", ...names], rows];
  }
}

/** Find round numbers, evenly spaced, around a range; with zero, unless the range is far from it. */
function roundNumbers(lowest, highest) {
  if (lowest > 0 && lowest < 0.9 * highest) lowest = 0;
  if (highest < 0 && highest > 0.9 * lowest) highest = 0;
  const rough = (highest - lowest || Math.abs(highest) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const [first, last] = [Math.floor(lowest / step), Math.ceil(highest / step)];
  return { step, ticks: Array.from({ length: Math.max(last - first, 1) + 1 }, (_, index) => (first + index) * step) };
}
