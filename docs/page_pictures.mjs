// Take the pictures of the page, in the week of Thanksgiving 2026: node docs/page_pictures.mjs http://localhost:8000
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(new URL("../tests/clients/", import.meta.url))("playwright-core");
const [server] = process.argv.slice(2);
const PICTURES = {
  page: { viewport: { width: 1200, height: 1400 } },
  page_phone: { viewport: { width: 360, height: 1000 }, deviceScaleFactor: 1.5 },
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});
for (const [name, size] of Object.entries(PICTURES)) {
  const page = await browser.newPage(size);
  await page.clock.setFixedTime("2026-11-23T08:00:00Z"); // midnight in San Francisco
  await page.goto(server);
  await page.waitForSelector("#year .readout strong");
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, import.meta.url)) });
}
await browser.close();
