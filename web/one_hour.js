// One hour: its prediction, and the same request as a URL, for a shell and for a program.
import { element } from "./element.js";
import { WEEKDAYS } from "./site_clock.js";

export function showHour(place, { prediction }, input, card) {
  const time = `${input.hour_of_day}:00, ${card.label_clock === "local" ? "local" : "standard"} time`;
  const [given, real] = [0, card.label_weekday_shift].map((shift) => WEEKDAYS[(input.day_of_week + shift) % 7]);
  const day = given === real ? given : `${given} by its timestamp, and a ${real} by the real calendar`;
  place.replaceChildren(
    element("p", { class: "readout" }, element("strong", {}, `${prediction} ${card.unit}`)),
    element("p", {}, `Mean power of the hour that ${card.label_side}s at ${time}. The day is a ${day}.`),
    ...Object.entries(requests(input)).map(copyable),
  );
}

/** Write the request as other clients send it. */
function requests(input) {
  const [url, json] = [new URL("v1/prediction", document.baseURI).href, JSON.stringify(input)];
  return {
    URL: `${url}?${new URLSearchParams(input)}`,
    curl: `curl -X GET '${url}' -H 'Content-Type: application/json' -d '${json}'`,
    Python: `import requests\n\nprint(requests.get("${url}", params=${json}, timeout=10).json())`,
  };
}

function copyable([title, code]) {
  const pre = element("pre", {}, code);
  const button = element("button", { "aria-label": `Copy ${title}` }, "Copy");
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(pre); // without HTTPS there is no clipboard; the user can copy the selection
    await navigator.clipboard?.writeText(code);
    button.textContent = navigator.clipboard ? "Copied" : "Selected";
  });
  return element("div", { class: "code" }, element("h3", {}, title), button, pre);
}
