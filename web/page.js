// The page: it shows what its address asks for. This file connects the controls, the requests and the charts.
import { byLocalClock, CarpetPlot } from "./carpet_plot.js";
import { element } from "./element.js";
import { ForecastChart } from "./forecast_chart.js";
import { headline } from "./headline.js";
import { errorsInWords, readMeasured } from "./measured.js";
import { measuredShares, showCard } from "./model_card.js";
import { fieldsOf, showHour } from "./one_hour.js";
import { Period } from "./period.js";
import { SchemaForm } from "./schema_form.js";
import { Section } from "./section.js";
import { askForecast, askPrediction, read, showFailure } from "./server.js";
import { DAY, HOUR, SiteClock } from "./site_clock.js";
import { codeSamples, copy, saveCsv } from "./take_away.js";

const INTERVAL = [0.05, 0.95];
const OPPOSITE = { 0.75: 0.25, 0.9: 0.1, 0.95: 0.05 };
const LONGEST = 8784; // hours of a request
const DOCUMENTS = ["v1/model", "schemas/v1/forecast-request.json", "schemas/v1/prediction-request.json"];
const find = (selector) => document.querySelector(selector);
const on = (event, place, action) => place.addEventListener(event, action);
const [main, period, date, compare, quantile, yearShown, errors, answer] =
  ["main", "#period", "#date", "#compare", "#quantile", "#year-shown", ".errors", ".answer"].map(find);

// Whatever the page's own code throws is shown: a page that stays empty explains nothing.
for (const event of ["error", "unhandledrejection"]) {
  on(event, window, ({ message, reason }) => showFailure(message ?? `${reason}`));
}

const readAll = (documents, signal) => Promise.all(documents.map((document) => read(document, signal)));
new Section(main).show(DOCUMENTS, readAll, ([card, forecast, prediction]) => {
  const [clock, fields, { first, last }] = [new SiteClock(card), Object.keys(prediction.properties), card.known_years];
  const form = new SchemaForm(find("#api form"), forecast, ["N", "start"], goTo);
  const hourForm = new SchemaForm(find("#hour form"), prediction, fields, go);
  const [days, year, hour] = [["#days", form], ["#year"], ["#hour", hourForm]].map(([place, of]) => new Section(find(place), of));
  const chart = new ForecastChart(find("#days figure"));
  const carpet = new CarpetPlot(find("#year figure"), ({ day }) => {
    goTo({ period: "day", date: day });
    chart.slider.focus();
  });
  let [present, shown, measured, later] = [];

  for (let known = first; known <= last; known += 1) yearShown.append(element("option", {}, known));
  find("header p").textContent = `${card.name}: mean power in ${card.unit} by the clock of ${card.timezone}`;
  find(".key.band").textContent = `90 % interval (${measuredShares(card)})`;
  [date.min, date.max] = [clock.begin, clock.end - HOUR].map((time) => clock.hour(time).day);
  showCard(find(".facts"), card);
  main.classList.add("open", card.holidays || Object.keys(card.closures).length ? "rests" : "never-rests");

  // A control that is held or typed into changes often; the page follows when it rests.
  const settle = (control, action) => on("change", control, () => {
    clearTimeout(later);
    later = setTimeout(() => control.value && control.checkValidity() && action(), 250);
  });
  settle(yearShown, () => go({ year: yearShown.value }));
  settle(date, () => goTo({ period: period.value || "day", date: date.value }));
  settle(period, () => goTo({ period: period.value, date: shown.kind === "hours" ? shown.date : state().date }));
  for (const control of [compare, quantile]) on("change", control, () => go({ [control.id]: control.value }));
  const steps = [...document.querySelectorAll("button[value]")];
  for (const step of steps) {
    on("click", step, () => goTo(step.value === "0" ? { period: period.value } : shown.address(Number(step.value))));
  }
  on("click", find("#save"), () => {
    const [, [start, ...names], rows] = chart.table();
    saveCsv(`${card.name}, ${shown.name}.csv`, [[start, ...names.map((name) => `${name} (${card.unit})`)], ...rows]);
  });
  on("click", find("#link"), ({ target }) => {
    find("#address").textContent = new URL(addressOf({ ...state(), ...shown.address(0) }), location).href;
    copy(find("#address").textContent, target, find("#address"));
  });
  on("change", find("#file"), ({ target }) => load(target.files[0]));
  on("dragover", chart.plot, (event) => event.preventDefault());
  on("drop", chart.plot, (event) => event.preventDefault(load(event.dataTransfer.files[0])));
  on("change", find("#moment"), ({ target }) => target.value && (hourForm.input = fieldsOf(target.value, card, clock)));
  on("popstate", window, show);
  // A tab that stays open follows the clock.
  const follow = () => {
    if (!document.hidden && present !== clock.wholeHour(Date.now())) [show, chart.redraw, carpet.redraw].forEach((it) => it());
  };
  on("visibilitychange", document, follow);
  setInterval(follow, 60_000);
  show();

  function state() {
    return Object.fromEntries(new URLSearchParams(location.search));
  }
  function addressOf(wanted) {
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== undefined && value !== ""));
    return query.size ? `?${query}` : location.pathname;
  }
  function go(changes) {
    const address = addressOf({ ...state(), ...changes });
    if (address !== (location.search || location.pathname)) history.pushState(null, "", address);
    show();
  }
  function goTo(place) {
    go({ N: undefined, start: undefined, period: undefined, date: undefined, ...place });
  }

  /** Show what the page's address asks for. */
  function show() {
    const asked = state();
    present = clock.wholeHour(Date.now());
    const isKnown = clock.begin <= present && present < clock.end;
    find("#unknown").hidden = isKnown || "start" in asked || "date" in asked;
    shown = new Period(asked, clock, isKnown ? present : Date.parse(card.last_event_start) + HOUR);
    showDays(asked, shown);
    showYear(asked.year);
    showOneHour(asked);
  }

  function showDays(asked, { name, short, input, kind, date: day }) {
    const edge = asked.quantile in OPPOSITE ? asked.quantile : "0.95";
    const earlier = shown.earlier(asked.compare);
    [period.value, date.value, quantile.value] = [kind, day, edge];
    compare.options[1].textContent = shown.earlier()?.name ?? "the week before";
    compare.value = asked.compare ?? "";
    for (const step of steps) step.disabled = step.value !== "0" && !shown.address(Number(step.value));
    form.input = input;
    if (!form.judge()) return days.forget(true);
    const wanted = { ...form.input, quantiles: [...new Set([...INTERVAL, Number(edge), OPPOSITE[edge]])].sort() };
    const ask = (_, signal) => Promise.all([askForecast(wanted, signal), earlier && askForecast(earlier.input, signal)]);
    days.show([wanted, asked.compare], ask, ([{ values: mean, start, unit, quantiles: of }, before]) => {
      const calendar = clock.calendar(Date.parse(start), mean.length);
      const data = { ...calendar, mean, low: of["0.05"], high: of["0.95"], unit, lines: [], name };
      // The earlier hours are those at the same times of the local clock.
      const past = new Map(before?.values.map((power, hour) => [+clock.local(Date.parse(before.start) + hour * HOUR), power]));
      const powers = data.hours.map(({ local }) => past.get(local - earlier?.days * DAY));
      const edges = { low: of[OPPOSITE[edge]], high: of[edge], name: `${100 * edge} % quantile` };
      find("#days h2").textContent = name;
      document.title = `${name} – ${card.name}`;
      find(".headline").textContent = `${short}: ${headline(data, edges, powers, earlier?.name, clock)}`;
      if (asked.compare && earlier) data.lines.push({ kind: "earlier", name: earlier.name, powers });
      chart.show(data, mean.length, Math.max(data.hours.findIndex(({ time }) => time === present), 0));
      showMeasured();
      find("#api .samples").replaceChildren(...codeSamples("forecast", wanted));
      performance.mark("forecast shown");
    });
  }

  function showYear(asked) {
    yearShown.value = asked;
    if (!yearShown.value) yearShown.value = clock.local(shown.from).getUTCFullYear();
    const [start, end] = [0, 1].map((years) => clock.newYear(Number(yearShown.value) + years));
    year.show({ N: (end - start) / HOUR, start: clock.hour(start).start }, askForecast, ({ values: mean, unit }) => {
      const calendar = clock.calendar(start, mean.length);
      const place = calendar.days.findIndex(({ day }) => day === shown.date);
      carpet.show({ ...calendar, unit, mean, cells: byLocalClock(calendar, mean) }, calendar.days.length, Math.max(place, 0));
    });
  }

  function showOneHour(asked) {
    const isAsked = fields.some((name) => name in asked);
    hourForm.input = isAsked ? asked : prediction.examples[0];
    const draw = (response, input) => showHour(answer, response, input, card);
    if (isAsked && hourForm.judge()) return hour.show(hourForm.input, askPrediction, draw);
    hour.forget(false);
    answer.textContent = isAsked ? "" : "No hour is asked for yet.";
  }

  /** Read a file of measured power in this browser, and compare at most its last year with the forecast. */
  async function load(file) {
    if (!file) return;
    try {
      const hours = readMeasured(await file.text(), card, clock);
      const times = [...hours.keys()].filter((time) => clock.begin <= time && time < clock.end);
      if (!times.length) throw new Error("it has no hour in the years that the model knows.");
      const start = Math.max(times[0], times.at(-1) - (LONGEST - 1) * HOUR);
      const input = { N: (times.at(-1) - start) / HOUR + 1, start: clock.hour(start).start, quantiles: INTERVAL };
      measured = { name: file.name, hours, start, forecast: await askForecast(input) };
      if (chart.data?.hours.some(({ time }) => hours.has(time))) return showMeasured();
      goTo({ period: period.value || "week", date: clock.hour(times.at(-1)).day });
    } catch (problem) {
      measured = undefined;
      showMeasured();
      errors.textContent = `${file.name}: ${problem.message ?? problem.detail}`;
    }
  }
  function showMeasured() {
    errors.replaceChildren();
    if (!chart.data) return;
    const { hours, mean, low, high, name, lines } = chart.data;
    chart.data.lines = lines.filter(({ kind }) => kind !== "measured");
    if (measured) {
      chart.data.lines.push({ kind: "measured", name: "measured", powers: hours.map(({ time }) => measured.hours.get(time)) });
      const { values, quantiles } = measured.forecast;
      const words = [
        [name, hours[0].time, mean, low, high],
        [measured.name, measured.start, values, quantiles["0.05"], quantiles["0.95"]],
      ].map(([title, ...series]) => `${title}: ${errorsInWords(measured.hours, card, ...series)}`);
      words.push(`Values were read as ${card.unit}. evaluate.py tells you whether the model still holds.`);
      errors.append(...words.map((text) => element("p", {}, text)));
    }
    chart.redraw();
    chart.fillTable();
  }
});
