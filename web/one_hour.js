// One hour: its answer, and the same request for an address bar, a shell and a program.
import { element } from "./element.js";
import { WEEKDAYS } from "./site_clock.js";

export function showHour(place, { prediction }, input, card) {
  const time = `${input.hour_of_day}:00, ${card.label_clock === "local" ? "local" : "standard"} time`;
  const [label, building] = [0, card.label_weekday_shift].map((shift) => WEEKDAYS[(input.day_of_week + shift) % 7]);
  const day = label === building ? label : `${label} by its label, and a ${building} in the building`;
  place.replaceChildren(
    element("p", { class: "readout" }, element("strong", {}, `${prediction} ${card.unit}`)),
    element("p", {}, `Mean power of the hour that ${card.label_side}s at ${time}. The day is a ${day}.`),
    ...Object.entries(requests(input)).map(copyable),
  );
}

/** Write the same request as others send it. */
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
    getSelection().selectAllChildren(pre); // without HTTPS there is no clipboard, and the reader's own key copies this
    await navigator.clipboard?.writeText(code);
    button.textContent = navigator.clipboard ? "Copied" : "Selected";
  });
  return element("div", { class: "code" }, element("h3", {}, title), button, pre);
}
