// The page: it shows what its address asks for. This file connects the forms, the requests and the charts.
import { byLocalClock, CarpetPlot } from "./carpet_plot.js";
import { element } from "./element.js";
import { ForecastChart } from "./forecast_chart.js";
import { showCard, site } from "./model_card.js";
import { showHour } from "./one_hour.js";
import { SchemaForm } from "./schema_form.js";
import { ask, attempt, forget, read, showFailure } from "./server.js";
import { HOUR, SiteClock } from "./site_clock.js";

const WEEK = 168;
const QUANTILES = [{}, { quantile: 0.05 }, { quantile: 0.95 }];
const askAll = (input) => Promise.all(QUANTILES.map((quantile) => ask("forecast", { ...input, ...quantile })));
const DOCUMENTS = ["v1/model", "schemas/v1/forecast-request.json", "schemas/v1/prediction-request.json"];
const find = (selector) => document.querySelector(selector);
const [main, days, year, hour, yearShown] = ["main", "#days", "#year", "#hour", "select"].map(find);

// Whatever the page's own code throws is shown: a page that stays empty explains nothing.
for (const event of ["error", "unhandledrejection"]) {
  addEventListener(event, ({ message, reason }) => showFailure(message ?? `${reason}`));
}

attempt(main, DOCUMENTS, () => Promise.all(DOCUMENTS.map(read)), ([card, forecast, prediction]) => {
  const [clock, fields, { first, last }] = [new SiteClock(card), Object.keys(prediction.properties), card.known_years];
  const form = new SchemaForm(find("#days form"), forecast, ["N", "start"], ({ N, start = "" }) => go({ N, start }));
  const hourForm = new SchemaForm(find("#hour form"), prediction, fields, go);
  const chart = new ForecastChart(find("#days figure"));
  const carpet = new CarpetPlot(find("#year figure"), ({ start, count }) => {
    go({ start, N: count });
    chart.slider.focus();
  });
  for (let known = first; known <= last; known += 1) yearShown.append(element("option", {}, known));
  yearShown.addEventListener("change", () => go({ year: yearShown.value }));
  find("header p").textContent = `${site(card)}: mean power in ${card.unit} by the clock of ${card.timezone}`;
  showCard(find(".facts"), card);
  main.classList.add("open", card.holidays ? "rests" : "never-rests");
  addEventListener("popstate", show);
  show();

  function go(changes) {
    const state = { ...Object.fromEntries(new URLSearchParams(location.search)), ...changes };
    history.pushState(null, "", `?${new URLSearchParams(state)}`);
    show();
  }

  /** Show what the page's address asks for. */
  async function show() {
    const state = Object.fromEntries(new URLSearchParams(location.search));
    const present = clock.wholeHour(Date.now());
    const isKnown = clock.newYear(first) <= present && present + WEEK * HOUR <= clock.newYear(last + 1);
    const otherwise = clock.hour(isKnown ? present : Date.parse(card.last_event_start) + HOUR);
    find("#unknown").hidden = isKnown || "start" in state;
    showOneHour(state);
    await showDays({ N: WEEK, start: otherwise.start, ...state });
    showYear(state.year, chart.data?.hours[0] ?? otherwise);
  }

  async function showDays(state) {
    form.input = state;
    if (!form.judge()) return;
    await attempt(days, form.input, askAll, ([{ values: mean, start, unit }, { values: low }, { values: high }]) => {
      chart.show({ ...clock.calendar(Date.parse(start), mean.length), mean, low, high, unit }, mean.length);
      performance.mark("forecast shown");
    }, form);
  }

  function showYear(asked, { local }) {
    yearShown.value = asked;
    if (!yearShown.value) yearShown.value = local.getUTCFullYear();
    const [start, end] = [0, 1].map((later) => clock.newYear(Number(yearShown.value) + later));
    const input = { N: (end - start) / HOUR, start: clock.hour(start).start };
    attempt(year, input, () => ask("forecast", input), ({ values, unit }) => {
      const calendar = clock.calendar(start, values.length);
      const range = [Math.min(...values), Math.max(...values)];
      carpet.show({ ...calendar, unit, range, cells: byLocalClock(calendar, values) }, calendar.days.length);
    });
  }

  function showOneHour(state) {
    const isAsked = fields.some((name) => name in state);
    hourForm.input = isAsked ? state : prediction.examples[0];
    const show = (answer, input) => showHour(find(".answer"), answer, input, card);
    if (hourForm.judge() && isAsked) return attempt(hour, hourForm.input, (it) => ask("prediction", it), show, hourForm);
    forget(hour);
    find(".answer").textContent = isAsked ? "" : "No hour is asked for yet.";
  }
});
