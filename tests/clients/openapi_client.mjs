// Sends a list as the OpenAPI document says, from the description of each parameter alone: node openapi_client.mjs URL
const [server] = process.argv.slice(2);
const input = { N: 2, quantiles: [0.05, 0.95] };

const openapi = await (await fetch(`${server}/openapi.json`)).json();
const { parameters } = openapi.paths["/v1/forecast"].get;
const query = Object.entries(input).flatMap(([name, value]) => {
  const { style = "form", explode = style === "form" } = parameters.find((parameter) => parameter.name === name);
  if (style !== "form") throw new Error(`${name} has the style ${style}`);
  const texts = [value].flat().map(encodeURIComponent);
  return explode ? texts.map((text) => `${name}=${text}`) : [`${name}=${texts.join(",")}`];
});
const response = await fetch(`${server}/v1/forecast?${query.join("&")}`);
console.log(JSON.stringify({ query: query.join("&"), status: response.status, body: await response.json() }));
