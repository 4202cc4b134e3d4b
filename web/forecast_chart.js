// Consecutive hours: the mean of each hour as a step line, over its 90 % interval.
import { Chart } from "./chart.js";
import { hourName, shown, written } from "./site_clock.js";

export class ForecastChart extends Chart {
  draw() {
    const { hours, mean, low, high, unit } = this.data;
    this.clear(Math.min(Math.max(this.plot.clientWidth * 0.32, 280), 460), 40);
    const ticks = roundNumbers(Math.min(...low, ...mean), Math.max(...high, ...mean));
    this.y = (power) => this.floor - ((power - ticks[0]) / (ticks.at(-1) - ticks[0])) * (this.floor - this.top);
    const night = (index) => `M${this.x(index)},${this.top}V${this.floor}H${this.x(index + 1)}V${this.top}`;
    const nights = hours.map(({ local }, index) => ((local.getUTCHours() + 2) % 24 < 8 ? night(index) : ""));
    if (this.width / hours.length > 0.5) this.path("night", nights.join(""));
    this.path("grid", ticks.map((tick) => `M${this.left},${this.y(tick)}h${this.width}`).join(""));
    for (const tick of ticks) this.label(shown(tick), this.left - 6, this.y(tick) + 4, "end");
    this.label(unit, this.left - 6, 12, "end");
    this.labelTime((this.width * 24) / hours.length);
    const steps = (powers) => powers.map((power, index) => `V${this.y(power)}H${this.x(index + 1)}`).join("");
    const back = low.map((power, index) => `V${this.y(power)}H${this.x(index)}`).reverse().join("");
    this.path("band", `M${this.left},${this.floor}${steps(high)}${back}`);
    this.path("mean", `M${this.left},${this.y(mean[0])}${steps(mean)}`);
    [this.cursor, this.dot] = [this.path("cursor"), this.path("dot")];
    this.select(this.index);
  }

  /** Write hours below the axis, and days, Mondays or months, as there is room. */
  labelTime(perDay) {
    const every = perDay >= 400 ? 3 : perDay >= 130 ? 6 : 24;
    this.data.hours.forEach(({ local, start }, index) => {
      const hour = local.getUTCHours();
      if (hour && hour % every === 0) this.label(start.slice(11, 13), this.x(index), this.floor + 15, "middle");
    });
    const date = perDay < 36 || perDay >= 48 ? { day: "numeric" } : {};
    const fields = { ...date, ...(perDay < 36 ? { month: "short" } : { weekday: "short" }) };
    let free = 0;
    for (const { index, count, local, rest } of this.data.days) {
      const [from, to] = [this.x(index), this.x(index + count)];
      this.markRest(rest, from, to);
      if (perDay < 36 && (perDay < 8 ? local.getUTCDate() : local.getUTCDay()) !== 1) continue;
      this.path("day", `M${from},${this.top}V${this.floor + 6}`);
      if (from < free || (perDay >= 36 && to - from < 30)) continue;
      this.label(written(local, fields), from + 3, this.floor + 31, rest);
      free = from + 36;
    }
  }

  tell(index) {
    const { hours, mean, low, high, unit } = this.data;
    this.cursor.setAttribute("d", `M${this.x(index + 0.5)},${this.top}V${this.floor}`);
    this.dot.setAttribute("d", `M${this.x(index + 0.5)},${this.y(mean[index])}h0`);
    const band = `5–95 %: ${shown(low[index])} to ${shown(high[index])}`;
    return [`${shown(mean[index])} ${unit}`, band, hourName(hours[index])];
  }
  table() {
    const { hours, mean, low, high, unit } = this.data;
    const rows = hours.map(({ start }, index) => [start, mean[index], low[index], high[index]]);
    return [`Power during each hour, ${unit}`, ["start", "mean", "5 %", "95 %"], rows];
  }
}

/** Find round numbers, evenly spaced, around a range. */
function roundNumbers(lowest, highest) {
  const rough = (highest - lowest || Math.abs(highest) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const [first, last] = [Math.floor(lowest / step), Math.ceil(highest / step)];
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, index) => (first + index) * step);
}
