// What happens in a browser with each form of input: node browser_client.mjs http://localhost:8000
import { chromium } from "playwright-core";
import { byFetch, input, queryString, resource } from "./request.mjs";

const [server] = process.argv.slice(2);
const otherOrigin = server.replace("localhost", "127.0.0.1"); // the same server, but not to a browser
const schema = `${server}/schemas/v1/prediction-request.json`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
try {
  const page = await browser.newPage();

  const opened = await page.goto(server + queryString);
  const happened = {
    "the address bar": {
      status: opened.status(),
      cacheControl: opened.headers()["cache-control"],
      body: JSON.parse(await page.evaluate(() => document.body.innerText)),
    },
  };

  await page.goto(`${server}/health`);
  happened["GET with a query string"] = await page.evaluate(byFetch, [queryString, "GET"]);
  happened["QUERY with a body"] = await page.evaluate(byFetch, [resource, "QUERY", input]);
  happened["POST with a body"] = await page.evaluate(byFetch, [resource, "POST", input]);
  happened["GET with a body"] = await page.evaluate(byFetch, [resource, "GET", input]);
  happened["GET with a body by XMLHttpRequest"] = await page.evaluate(byXmlHttpRequest, [resource, "GET", input]);

  await page.goto(`${otherOrigin}/health`);
  happened["a schema, from another origin"] = await page.evaluate(byFetch, [schema, "GET"]);
  happened["a prediction, from another origin"] = await page.evaluate(byFetch, [server + queryString, "GET"]);

  console.log(JSON.stringify(happened));
} finally {
  await browser.close();
}

function byXmlHttpRequest([url, method, body]) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("Content-Type", "application/json");
    request.responseType = "json";
    request.onloadend = () =>
      resolve({
        status: request.status,
        cacheControl: request.getResponseHeader("cache-control"),
        body: request.response,
      });
    request.send(JSON.stringify(body));
  });
}
