// Requests to the server. Addresses are relative to the page, so that it works under any prefix.

/** Read a JSON document; throws a problem document (RFC 9457), also if what responds does not send one. */
export async function read(address, signal) {
  const response = await fetch(address, { signal }).catch(() => Promise.reject({ detail: "The server cannot be reached." }));
  const document = await response.json().catch(() => undefined);
  if (response.ok && document) return document;
  throw typeof document?.detail === "string" ? document : { detail: `The server responded ${response.status}.` };
}
/** Request a resource; throws unless the response is what the server would send. */
async function ask(resource, input, signal, isWhole) {
  const response = await read(`v1/${resource}?${new URLSearchParams(input)}`, signal);
  if (isWhole(response)) return response;
  throw { detail: "What responded is not the forecast server." };
}
export const askPrediction = (input, signal) => ask("prediction", input, signal, (it) => Number.isFinite(it.prediction));
export const askForecast = (input, signal) => ask("forecast", input, signal, ({ values, quantiles, start }) => {
  const series = [values, ...(input.quantiles ?? []).map((quantile) => quantiles?.[quantile])];
  return Date.parse(start) && series.every((of) => of?.length === +input.N && of.every(Number.isFinite));
});

/** Show what the page's own code throws. */
export function showFailure(message) {
  document.querySelector("main > .status").textContent = `This page has an error: ${message}`;
}
