// What a browser sees of the page: node visits.mjs http://localhost:8000 http://localhost:8001/mounted/
// Prints a JSON object: for each visit, what the browser saw, or the error that ended it.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../clients/", import.meta.url))("playwright-core");
const axe = createRequire(new URL("../clients/", import.meta.url)).resolve("axe-core");
const [published, mounted] = process.argv.slice(2);
const NOW = "2026-10-30T20:30:00Z"; // half past one on a Friday in San Francisco, two days before the clocks go back
const HOUR = "hour_of_day=8&day_of_week=3&day_of_year=122";
const ALL = "main:has(.code) #year .readout strong"; // there when all is loaded

const visits = {
  async "the coming days"(open) {
    const page = await open("/");
    await page.click("#days summary:has-text('table')");
    const shown = {
      input: await values(page, "#days form"),
      table: await rows(page, "#days"),
      ticks: await page.$$eval("#days text.end", (texts) => texts.map((text) => [text.textContent, +text.getAttribute("y") - 4])),
      mean: await page.getAttribute("path.mean", "d"),
      band: await page.getAttribute("path.band", "d"),
      rest: await page.$$eval("#days svg :is(.holiday, .weekend):not(text)", (marks) => marks.map((mark) => mark.getAttribute("class"))),
      first: await page.innerText("#days .readout"),
    };
    await page.focus("#days [type=range]");
    await page.keyboard.press("ArrowRight");
    shown.next = await page.getAttribute("#days [type=range]", "aria-valuetext");
    const box = await page.locator("#days .plot").boundingBox();
    await page.mouse.move(box.x + 52 + (box.width - 64) * (36.5 / 168), box.y + 100);
    return { ...shown, pointed: await page.getAttribute("#days [type=range]", "aria-valuetext") };
  },
  async "the year"(open) {
    const page = await open("/?year=2026");
    await page.click("#year summary");
    const pixels = await page.$eval("#year .plot canvas", (canvas) =>
      [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]);
    const box = await page.locator("#year .plot").boundingBox();
    const at = (day, hour) => [box.x + 52 + ((box.width - 64) * (day + 0.5)) / 365, box.y + 26 + 11 * (hour + 0.5)];
    await page.mouse.move(...at(304, 1));
    const text = await page.getAttribute("#year [type=range]", "aria-valuetext");
    const table = await rows(page, "#year");
    await page.mouse.click(...at(304, 1));
    await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "24");
    const clicked = await values(page, "#days form");
    await page.focus("#year [type=range]");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "23");
    return { pixels, text, table, clicked, entered: await values(page, "#days form") };
  },
  async "a wrong value, then a right one"(open) {
    const page = await open("/");
    const requests = [];
    page.on("request", (request) => request.url().includes("/v1/prediction") && requests.push(request.url()));
    const controls = await page.$$eval("form :is(input, select)", (all) => all.map((control) => ({
      name: control.name, type: control.type, required: control.required, min: control.min, max: control.max, step: control.step,
      minLength: control.minLength, maxLength: control.maxLength, options: [...(control.options ?? [])].map((it) => it.text),
      label: control.labels[0].innerText, help: document.getElementById(`${control.name}-help`).textContent,
    })));
    await page.fill("#hour_of_day", "24");
    await page.click("#hour button");
    const refused = { error: await page.innerText("#hour_of_day-fault"), requests: [...requests], focus: await focused(page) };
    await page.fill("#hour_of_day", "8");
    await page.click("#hour button");
    await page.waitForSelector(".code");
    const copied = [];
    for (const button of await page.$$(".code button")) {
      await button.click();
      await page.waitForFunction((it) => it.textContent === "Copied", button);
      copied.push(await page.evaluate(() => navigator.clipboard.readText()));
    }
    return { controls, refused, requests, prediction: await page.innerText(".answer .readout"), copied };
  },
  async "what the server refuses"(open) {
    const page = await open("/?N=24&start=2026-11-26T00:30:00-08:00");
    await page.waitForFunction(() => document.getElementById("start-fault").textContent);
    return { error: await page.innerText("#start-fault"), focus: await focused(page) };
  },
  async "a server that goes away"(open) {
    const page = await open("/");
    const shown = [];
    for (const response of [(route) => route.abort(), (route) => route.fulfill({ status: 502, body: "<html>" })]) {
      await page.route("**/v1/forecast?N=24*", response);
      await page.fill("#N", "24");
      await page.click("#days form button");
      await page.waitForSelector("#days .status button");
      shown.push(await page.innerText("#days .status"));
      await page.unrouteAll();
      await page.click("#days .status button");
      await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "23");
      await page.goBack();
      await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "167");
    }
    return shown;
  },
  async "an address that is shared"(open) {
    const page = await open("/");
    await page.fill("#N", "48");
    await page.fill("#start", "2026-12-24T00:00:00-08:00");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "47");
    await page.selectOption("#year-shown", "2030");
    await page.click("#hour button");
    await page.waitForSelector(".code");
    await page.waitForSelector("#year .readout:has-text('2030')");
    const seen = async (it) => [await values(it, "form"), await it.inputValue("select"), await it.$$eval(".readout", text)];
    const [address, shared] = [page.url(), await seen(page)];
    const other = await open(address.slice(published.length), { wait: ALL });
    const restored = await seen(other);
    for (let step = 0; step < 3; step += 1) await page.goBack();
    await page.waitForFunction(() => document.querySelector("#days [type=range]").max === "167");
    return { address, shared, restored, back: await page.innerText(".answer") };
  },
  async "the keyboard alone"(open) {
    const page = await open(`/?${HOUR}`, { wait: ".code" });
    const reached = [];
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      reached.push(await focused(page));
    }
    return reached;
  },
  async accessibility(open) {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(`/?${HOUR.replace("8", "24")}`, { colorScheme, bypassCSP: true });
      for (const summary of await page.$$(":not(#year) > figure summary, form summary")) await summary.click();
      await page.fill("#hour_of_day", "8");
      await page.click("#hour button");
      await page.waitForSelector(".code");
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
    const page = await open("/", { wait: "main > .status:has-text('error')", change: (card) => delete card.validation });
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
    return { text: await page.innerText("body"), input: await values(page, "#days form"), note: await page.isVisible("#unknown") };
  },
};

const text = (all) => all.map((it) => it.innerText);
const values = (page, form) => page.$$eval(`${form} [name]`, (all) => all.map((control) => control.value));
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
for (const [name, visit] of Object.entries(visits)) {
  const noise = [];
  const pages = [];
  const open = async (address, { wait = "#year .readout strong", now = NOW, change, ...options } = {}) => {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    pages.push(page);
    if (change) {
      await page.route("**/v1/model", async (route) => {
        const card = await (await route.fetch()).json();
        change(card);
        await route.fulfill({ json: card });
      });
    }
    page.on("console", (message) => noise.push(message.text())); // the browser reports a violated policy here, too
    page.on("pageerror", (error) => noise.push(error.message));
    page.on("request", (request) => new URL(request.url()).hostname === "localhost" || noise.push(request.url()));
    if (options.javaScriptEnabled !== false) await page.clock.setFixedTime(now);
    await page.goto(new URL(address, published).href);
    await page.waitForSelector(wait, { state: "attached" });
    return page;
  };
  outcome[name] = await visit(open).then((seen) => ({ seen }), (error) => ({ error: error.message }));
  for (const page of pages) noise.push(...(await page.locator("main > .status").allInnerTexts()).filter((status) => status));
  outcome[name].noise = noise;
}
console.log(JSON.stringify(outcome));
await browser.close();
