// How long the page takes to its first chart: node benchmarks/serving/first_chart.mjs http://localhost:8000
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../tests/clients/", import.meta.url))("playwright-core");
const [server] = process.argv.slice(2);
const ROUNDS = 15;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const times = { "first visit": [], "second visit": [] };
for (let round = 0; round < ROUNDS; round += 1) {
  const page = await (await browser.newContext()).newPage(); // with an empty cache
  for (const visit of Object.keys(times)) {
    await page.goto(server);
    await page.waitForFunction(() => performance.getEntriesByName("forecast shown").length > 0);
    times[visit].push(await page.evaluate(() => {
      const { loadEventEnd } = performance.getEntriesByType("navigation")[0];
      const [{ startTime }] = performance.getEntriesByName("forecast shown");
      return [startTime, startTime - loadEventEnd];
    }));
  }
  await page.context().close();
}
await browser.close();
for (const [visit, measured] of Object.entries(times)) {
  const [whole, afterLoad] = [0, 1].map((part) => measured.map((pair) => pair[part]).sort((a, b) => a - b));
  const [median, longest] = [(ROUNDS - 1) / 2, ROUNDS - 1].map((place) => [whole, afterLoad].map((all) => all[place].toFixed(0)));
  console.log(`${visit}: ${median[0]} ms from navigation, ${median[1]} ms from the load event (longest of ${ROUNDS}: ${longest[0]}, ${longest[1]})`);
}
