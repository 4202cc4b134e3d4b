// What a browser sees of the page: node visits.mjs http://localhost:8000 http://localhost:8001/mounted/
// Prints a JSON object: for each visit, what the browser saw, or the error that ended it.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../clients/", import.meta.url))("playwright-core");
const axe = createRequire(new URL("../clients/", import.meta.url)).resolve("axe-core");
const [published, mounted, only] = process.argv.slice(2);
const NOW = "2026-10-30T20:30:00Z"; // half past one on a Friday in San Francisco, two days before the clocks go back
const HOUR = "hour_of_day=8&day_of_week=3&day_of_year=122";
const ALL = "main:has(#hour .code) #year .readout strong"; // there when all is loaded
const MEASURED = `ds,y\n${Array.from({ length: 48 }, (_, hour) => {
  const end = new Date(Date.UTC(2026, 9, 14, hour + 1)).toISOString(); // timestamps are in standard time, and mark the end
  return `${end.slice(0, 10)} ${end.slice(11, 19)},${1000 + 10 * (hour % 24)}.5\n`;
}).join("")}`;

const visits = {
  async "this week"(open) {
    const requests = [];
    const page = await open("/", { requests });
    await page.click("#days summary:has-text('table')");
    const shown = {
      requests,
      title: await page.title(),
      heading: await page.innerText("#days h2"),
      headline: await page.innerText(".headline"),
      interval: await page.innerText(".key.band"),
      input: await values(page, "#days form"),
      table: await rows(page, "#days"),
      ticks: await ticks(page),
      mean: await page.getAttribute("path.mean", "d"),
      band: await page.getAttribute("path.band", "d"),
      rest: await page.$$eval("#days svg :is(.holiday, .weekend):not(text)", (marks) => marks.map((mark) => mark.getAttribute("class"))),
      now: await page.locator("path.now").count(),
      first: await page.innerText("#days .readout"),
    };
    await page.focus("#days [type=range]");
    for (const key of ["ArrowRight", "PageDown", "PageUp", "PageUp", "Home", "End"]) {
      await page.keyboard.press(key);
      shown[key] = await told(page, "#days");
    }
    await page.$eval("#days h2", (it) => it.scrollIntoView());
    const box = await page.locator("#days .plot").boundingBox();
    await page.mouse.move(box.x + 52 + (box.width - 64) * (145.5 / 169), box.y + 100);
    return { ...shown, pointed: await told(page, "#days") };
  },
  async "the year"(open) {
    const page = await open("/?year=2026");
    await page.click("#year summary");
    const pixels = await page.$eval("#year .plot canvas", (canvas) =>
      [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]);
    await page.$eval("#year h2", (it) => it.scrollIntoView());
    const box = await page.locator("#year .plot").boundingBox();
    const at = (day, hour) => [box.x + 52 + ((box.width - 64) * (day + 0.5)) / 365, box.y + 26 + 11 * (hour + 0.5)];
    await page.mouse.move(...at(304, 1));
    const text = await told(page, "#year");
    const table = await rows(page, "#year");
    await page.click("text=Show this day above");
    await hours(page, 25);
    const clicked = await values(page, "#days form");
    await page.focus("#year [type=range]");
    const keys = [];
    for (const key of ["End", "PageDown", "PageUp", "ArrowUp", "ArrowDown", "ArrowDown"]) {
      await page.keyboard.press(key);
      keys.push((await told(page, "#year")).split("; ").slice(0, 2).join("; ").split(":00:")[0]);
    }
    await page.click("text=Show this day above");
    await hours(page, 24);
    return { pixels, text, table, clicked, keys, entered: await values(page, "#days form") };
  },
  async "moving by day, week and month"(open) {
    const page = await open("/");
    const seen = [];
    const after = async (action, name) => {
      await action;
      await page.waitForFunction((it) => document.querySelector("#days h2").textContent.replace(/\s/g, " ") === it, name);
      seen.push([name, ...(await values(page, "#days form")), await page.inputValue("#date")]);
    };
    await after(page.click("text=Next ›"), "Next week, 2 – 8 November 2026");
    await after(page.click("text=Next ›"), "9 – 15 November 2026");
    await after(page.selectOption("#period", "month"), "November 2026");
    await after(page.click("text=‹ Previous"), "October 2026");
    await after(page.fill("#date", "2026-12-25"), "December 2026");
    await after(page.selectOption("#period", "day"), "Friday 25 December 2026");
    seen.push(await page.innerText(".headline"));
    await after(page.click("text=Today"), "Today, Friday 30 October 2026");
    const entries = () => page.evaluate(() => history.length);
    const before = await entries();
    await page.click("text=Today");
    const last = await open("/?period=week&date=2047-12-31");
    const disabled = await last.$$eval("button[value]", (all) => all.map((it) => it.disabled));
    return { seen, unchanged: (await entries()) - before, disabled, last: await values(last, "#days form") };
  },
  async "compared with the week before and a year before"(open) {
    const page = await open("/?period=week&date=2026-11-11");
    const seen = {};
    for (const compare of ["before", "year"]) {
      await page.selectOption("#compare", compare);
      await page.waitForSelector(`#days .readout:has-text('${compare === "year" ? "a year" : "the week"} before')`);
      await page.focus("#days [type=range]");
      await page.keyboard.press("Home");
      seen[compare] = [await told(page, "#days"), await page.innerText(".headline"), await page.locator("path.earlier").getAttribute("d")];
    }
    await page.selectOption("#quantile", "0.9");
    await page.waitForSelector(".headline:has-text('90 %')");
    return { ...seen, quantile: await page.innerText(".headline"), address: page.url() };
  },
  async "measured power from a file"(open) {
    const requests = [];
    const page = await open("/?period=week&date=2026-10-14", { requests });
    requests.length = 0;
    const give = async (name, content) => {
      await page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(content) });
      await page.waitForSelector(`.errors:has-text('${name}')`);
      return page.innerText(".errors");
    };
    const shown = await give("measured.csv", MEASURED);
    await page.waitForSelector("#days h2:has-text('48 hours')");
    const seen = { shown: await page.innerText(".errors"), line: await page.getAttribute("path.measured", "d") };
    seen.localFormat = await give("german.csv", `Zeit;Leistung\n${MEASURED.split("\n").slice(1, -1).map((row) => {
      const [date, time, power] = row.split(/[ ,]/);
      return `${date.split("-").reverse().join(".")} ${time.slice(0, 5)};${power.replace(".", ",")}`;
    }).join("\n")}\n`);
    seen.refused = [];
    for (const [name, content] of [["words", "ds,y\n2026-10-14 01:00,x\n"], ["ambiguous", "ds,y\n1/2/2026 01:00,7\n"],
      ["daily", "ds,y\n2026-10-14,1\n2026-10-15,1\n"], ["old", "ds,y\n1999-01-01 01:00,1\n"], ["empty", ""],
      ["saved", "start,mean (kW)\n2026-10-14T01:00:00-07:00,1000\n"]]) {
      seen.refused.push(await give(name, content));
    }
    const dropped = await page.evaluateHandle((csv) => {
      const data = new DataTransfer();
      data.items.add(new File([csv], "dropped.csv"));
      return data;
    }, MEASURED);
    await page.dispatchEvent("#days .plot", "drop", { dataTransfer: dropped });
    await page.waitForSelector(".errors:has-text('dropped.csv')");
    return { ...seen, requests };
  },
  async "measured power of a long time"(open) {
    const page = await open("/");
    const hours = Array.from({ length: 9000 }, (_, hour) => new Date(Date.UTC(2025, 0, 1, hour)).toISOString());
    const content = ["ds,y", ...hours.map((time) => `${time.slice(0, 16)},1000`)].join("\n");
    await page.setInputFiles("#file", { name: "long.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.waitForSelector("#days h2:has-text('8784 hours')");
    return { title: await page.innerText("#days h2"), errors: await page.innerText(".errors") };
  },
  async "what can be taken away"(open) {
    const page = await open("/?compare=before");
    const download = page.waitForEvent("download");
    await page.click("#save");
    const file = await download;
    const chunks = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk);
    const link = await page.$eval("#link", (it) => it.href);
    await page.click("#link");
    await page.waitForSelector("#said:has-text('Copied')");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    await page.click("#api summary");
    const code = await page.$$eval("#api pre", (all) => all.map((it) => it.textContent));
    return { name: file.suggestedFilename(), csv: Buffer.concat(chunks).toString(), link, copied, code };
  },
  async "a wrong value, then a right one"(open) {
    const page = await open("/");
    const requests = [];
    page.on("request", (request) => request.url().includes("/v1/prediction") && requests.push(request.url()));
    const controls = await page.$$eval("form :is(input, select)", (all) => all.map((control) => ({
      name: control.name, type: control.type, required: control.required, min: control.min, max: control.max, step: control.step,
      minLength: control.minLength, maxLength: control.maxLength, options: [...(control.options ?? [])].map((it) => it.text),
      label: control.labels[0].textContent, help: document.getElementById(`${control.name}-help`).textContent,
    })));
    await page.fill("#hour_of_day", "24");
    await page.click("#hour button");
    const refused = { error: await fault(page, "#hour_of_day"), requests: [...requests], focus: await focused(page) };
    await page.fill("#hour_of_day", "9");
    await page.click("#hour button");
    await page.waitForSelector("#hour pre:has-text('hour_of_day=9')");
    const copied = [];
    for (const button of await page.$$("#hour .code button")) {
      await button.click();
      await page.waitForFunction((it) => it.parentElement.querySelector("output").textContent === "Copied", button);
      copied.push(await page.evaluate(() => navigator.clipboard.readText()));
    }
    const seen = { controls, refused, requests: [...requests], prediction: await page.innerText(".answer .readout"), copied };
    seen.moments = [];
    for (const moment of ["2026-11-26T08:00", "2026-07-05T23:00", "2026-12-31T23:00"]) {
      await page.fill("#moment", moment);
      seen.moments.push([moment, ...(await values(page, "#hour form"))]);
    }
    return seen;
  },
  async "what the server refuses"(open) {
    const page = await open("/?N=24&start=2026-11-26T00:30:00-08:00", { wait: "#year .readout strong" });
    await page.waitForSelector("#days .status button");
    return page.innerText("#days .status");
  },
  async "a server that goes away"(open) {
    const page = await open("/");
    const shown = [];
    for (const response of [(route) => route.abort(), (route) => route.fulfill({ status: 502, body: "<html>" }),
      (route) => route.fulfill({ status: 502, json: { message: "no" } }), (route) => route.fulfill({ json: { values: [1] } }), () => {}]) {
      await page.route("**/v1/forecast?N=24*", response);
      await page.selectOption("#period", "day");
      await page.waitForSelector("#days .status button");
      shown.push([await page.innerText("#days .status"), await page.$eval("#days figure", (it) => getComputedStyle(it).opacity)]);
      await page.unrouteAll();
      await page.click("#days .status button");
      shown.at(-1).push(await focused(page));
      await hours(page, 24);
      await page.goBack();
      await hours(page, 169);
    }
    return shown;
  },
  async "back over a slow response"(open) {
    const page = await open("/");
    const waiting = [];
    await page.route("**/v1/forecast?N=24*", (route) => waiting.push(route));
    await page.selectOption("#period", "day");
    await page.waitForSelector("#days[aria-busy]");
    await page.goBack();
    await page.waitForSelector("#days:not([aria-busy])");
    for (const route of waiting) await route.continue().catch(() => {});
    await page.waitForTimeout(300);
    const back = [page.url(), await page.innerText("#days h2"), (await values(page, "#days form"))[0], await page.innerText("#days .status")];
    await page.unrouteAll();
    await page.goForward();
    await hours(page, 24);
    const requests = [];
    page.on("request", (request) => request.url().includes("N=87") && requests.push(request.url()));
    const before = await page.evaluate(() => history.length);
    await page.focus("#year-shown");
    for (let step = 0; step < 6; step += 1) await page.keyboard.press("ArrowDown");
    await page.waitForSelector("#year .readout:has-text('2032')");
    return { back, years: requests.length, entries: (await page.evaluate(() => history.length)) - before };
  },
  async "a start that is cleared, and a tab that stays open"(open) {
    const page = await open("/?N=24&start=2026-12-24T00:00:00-08:00");
    await page.click("#api summary");
    await page.fill("#start", "");
    await page.fill("#N", "0");
    await page.click("#api button:has-text('Show')");
    const refused = [await fault(page, "#N"), await focused(page)];
    const mismatches = [];
    for (const start of ["2026-11-26 00:00:00-08:00", "2026-11-26T00:00:00-08:00", ""]) {
      await page.fill("#start", start);
      mismatches.push(await page.$eval("#start", (it) => it.validity.patternMismatch));
    }
    const invalid = await open("/?N=0", { wait: "#year .readout strong" });
    await invalid.waitForSelector("#days .status button");
    const dim = [await invalid.innerText("#days .status"), await invalid.getAttribute("#days", "class")];
    await page.fill("#N", "24");
    await page.click("#api button:has-text('Show')");
    await page.waitForSelector("#days h2:has-text('24 hours from Fri, 30 Oct 2026')");
    const cleared = [page.url(), await page.inputValue("#start"), await page.innerText(".headline"), refused, mismatches, dim];
    await page.click("text=Today");
    await page.selectOption("#period", "day");
    await page.waitForSelector("#days h2:has-text('Today, Friday 30 October')");
    await page.clock.setFixedTime("2026-10-31T20:30:00Z");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.waitForSelector("#days h2:has-text('Today, Saturday 31 October')");
    return cleared;
  },
  async "other units and sizes"(open) {
    const seen = [];
    for (const [unit, of] of [["W", (power) => Math.round(power * 1000)], ["GW", (power) => power * 0.038],
      ["kW", (power) => 10_000 + power / 100], ["kW", (power) => (power - 2000) / 10], ["MW", () => 5]]) {
      const page = await open("/", { scaled: { unit, of } });
      const left = await page.$$eval("#days text.end", (all) => Math.min(...all.map((it) => it.getBBox().x)));
      seen.push({ unit, ticks: (await ticks(page)).map(([tick]) => tick), left, readout: await page.innerText("#days .readout"),
        headline: await page.innerText(".headline"), note: await page.locator("text=The axis does not begin at zero.").count() });
    }
    return seen;
  },
  async "paper and forced colours"(open) {
    const page = await open("/", { viewport: { width: 1100, height: 900 } });
    await page.click("#days summary:has-text('table')");
    await page.emulateMedia({ media: "print" });
    // Paper has another width than the screen, and nothing is drawn again for it.
    const [canvas, svg, mark] = await page.evaluate(() => {
      document.body.style.maxWidth = "500px";
      const parts = ["#year .plot canvas", "#year svg", "#year path.weekend"].map((it) => document.querySelector(it));
      return parts.map((it) => ({ ...it.getBoundingClientRect().toJSON(), drawn: it.viewBox?.baseVal.width }));
    });
    const table = await page.$eval("#days .scroll", (it) => it.scrollHeight - it.clientHeight);
    const forced = await open("/", { forcedColors: "active" });
    const keys = await forced.$$eval(".key", (all) => all.map((it) => getComputedStyle(it, "::before").forcedColorAdjust));
    return { canvas, svg, mark, table, keys, slider: await forced.$eval("#days [type=range]", (it) => getComputedStyle(it).appearance) };
  },
  async "a telephone"(open) {
    const page = await open("/?N=168&start=2026-10-30T10:00:00-07:00", { viewport: { width: 360, height: 740 }, hasTouch: true });
    const weekdays = await page.$$eval("#days text", (all) => all.map((it) => it.textContent).filter((it) => /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(it)));
    const address = page.url();
    await page.locator("#year .plot").scrollIntoViewIfNeeded();
    const box = await page.locator("#year .plot").boundingBox();
    await page.touchscreen.tap(box.x + 52 + ((box.width - 64) * 100.5) / 365, box.y + 26 + 11 * 8.5);
    const tapped = [page.url() === address, await told(page, "#year")];
    await page.click("text=Show this day above");
    await page.waitForSelector("#days h2:has-text('Saturday 11 April 2026')");
    return { weekdays, tapped };
  },
  async "an address that is shared"(open) {
    const page = await open("/");
    await page.click("#api summary");
    await page.fill("#N", "48");
    await page.fill("#start", "2026-12-24T00:00:00-08:00");
    await page.keyboard.press("Enter");
    await hours(page, 48);
    await page.selectOption("#year-shown", "2030");
    await page.waitForSelector("#year .readout:has-text('2030')");
    await page.click("#hour button");
    await page.waitForSelector("#hour .code");
    const seen = async (it) => [await values(it, "form"), await it.inputValue("#year-shown"), await it.$$eval(".readout", text)];
    const [address, shared] = [page.url(), await seen(page)];
    const other = await open(address.slice(published.length), { wait: ALL });
    const restored = await seen(other);
    for (let step = 0; step < 3; step += 1) await page.goBack();
    await hours(page, 169);
    return { address, shared, restored, back: await values(page, "form") };
  },
  async "the keyboard alone"(open) {
    const page = await open(`/?${HOUR}`, { wait: "#hour .code" });
    await page.click("#api summary");
    const reached = [];
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press("Tab");
      reached.push(await focused(page));
    }
    return reached;
  },
  async accessibility(open) {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(`/?compare=before&${HOUR}`, { colorScheme, bypassCSP: true, wait: ALL });
      for (const summary of await page.$$("#days summary, form summary")) await summary.click();
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      found.push(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(" "))]));
    }
    return found;
  },
  async "every width"(open) {
    const wide = [];
    for (const width of [360, 640, 1280, 2560]) {
      const page = await open(`/?${HOUR}`, { wait: ALL, viewport: { width, height: 900 } });
      wide.push((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    }
    return wide;
  },
  async "a model card that the page does not understand"(open) {
    const page = await open("/", { wait: "main > .status:has-text('error')", change: (card) => delete card.expected_errors });
    return page.innerText("main");
  },
  async "an error in the page's own code"(open) {
    const page = await open("/");
    const before = await page.innerText("main > .status");
    await page.evaluate(() => document.body.addEventListener("click", () => { throw new Error("no such day"); }));
    await page.click("h1");
    await page.waitForSelector("main > .status:has-text('error')");
    return { before, status: await page.innerText("main > .status"), chart: await page.isVisible("#days figure") };
  },
  async "no JavaScript"(open) {
    const page = await open("/", { javaScriptEnabled: false, wait: "main" });
    return [await page.innerText("main"), await page.$$eval("noscript a", (links) => links.map((link) => link.getAttribute("href")))];
  },
  async "another model, mounted"(open) {
    const page = await open(mounted, { now: "2070-01-01T00:00:00Z" });
    return { text: await page.innerText("body"), input: await values(page, "#days form") };
  },
};

const text = (all) => all.map((it) => it.innerText);
const values = (page, form) => page.$$eval(`${form} [name]`, (all) => all.map((control) => control.value));
const fault = (page, control) => page.$eval(control, (it) => it.validationMessage);
const told = (page, section) => page.getAttribute(`${section} [type=range]`, "aria-valuetext");
const ticks = (page) => page.$$eval("#days text.end", (all) => all.map((it) => [it.textContent, +it.getAttribute("y") - 4]).slice(0, -1));
const hours = (page, count) => page.waitForFunction((it) => document.querySelector("#days [type=range]").max === it, `${count - 1}`);
const rows = (page, section) => page.$$eval(`${section} tbody tr`, (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
const focused = (page) => page.evaluate(() => {
  const it = document.activeElement;
  return it.id || it.getAttribute("aria-label") || it.textContent.slice(0, 40);
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
const outcome = {};
/** Open pages for a visit, and note what the browser and the page say. */
async function run(name, visit) {
  const noise = [];
  const pages = [];
  const open = async (address, { wait = "#days:has(.readout strong) ~ #year .readout strong", now = NOW, change, scaled, requests, ...options } = {}) => {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    pages.push(page);
    if (change) {
      await page.route("**/v1/model", async (route) => {
        const card = await (await route.fetch()).json();
        change(card);
        await route.fulfill({ json: card });
      });
    }
    if (scaled) {
      await page.route("**/v1/forecast?*", async (route) => {
        const { values, quantiles = {}, ...rest } = await (await route.fetch()).json();
        for (const name of Object.keys(quantiles)) quantiles[name] = quantiles[name].map(scaled.of);
        await route.fulfill({ json: { ...rest, unit: scaled.unit, values: values.map(scaled.of), quantiles } });
      });
    }
    page.on("console", (message) => noise.push(message.text())); // the browser reports a violated policy here, too
    page.on("pageerror", (error) => noise.push(error.message));
    page.on("request", (request) => {
      requests?.push([request.method(), request.url(), request.postData()]);
      if (new URL(request.url()).hostname !== "localhost") noise.push(request.url());
    });
    if (options.javaScriptEnabled !== false) await page.clock.setFixedTime(now);
    await page.goto(new URL(address, published).href);
    await page.waitForSelector(wait, { state: "attached" });
    return page;
  };
  outcome[name] = await visit(open).then((seen) => ({ seen }), (error) => ({ error: error.message }));
  for (const page of pages) noise.push(...(await page.locator("main > .status").allInnerTexts()).filter((status) => status));
  outcome[name].noise = noise;
  await Promise.all(pages.map((page) => page.context().close()));
}
// One visit may have the clipboard at a time; the others share the cores.
const waiting = Object.entries(visits).filter(([name]) => !only || name === only);
const CLIPBOARD = ["what can be taken away", "a wrong value, then a right one"];
const queues = [waiting.filter(([name]) => CLIPBOARD.includes(name)), waiting.filter(([name]) => !CLIPBOARD.includes(name))];
const work = async (queue) => {
  while (queue.length) await run(...queue.shift());
};
await Promise.all([work(queues[0]), work(queues[1]), work(queues[1])]);
console.log(JSON.stringify(outcome));
await browser.close();
