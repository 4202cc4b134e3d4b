// What happens with Node's fetch and each form of input: node node_client.mjs http://localhost:8000
import { byFetch, input, queryString, resource } from "./request.mjs";

const [server] = process.argv.slice(2);

const happened = {
  "GET with a query string": await byFetch([server + queryString, "GET"]),
  "QUERY with a body": await byFetch([server + resource, "QUERY", input]),
  "POST with a body": await byFetch([server + resource, "POST", input]),
  "GET with a body": await byFetch([server + resource, "GET", input]),
};
console.log(JSON.stringify(happened));
