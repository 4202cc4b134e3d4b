// The request that the clients send, and how they send it with fetch.

export const resource = "/v1/prediction";
export const input = { hour_of_day: 8, day_of_week: 3, day_of_year: 122 };
export const queryString = `${resource}?${new URLSearchParams(input)}`;

// The browser gets it as source text, so it uses nothing from outside.
export async function byFetch([url, method, body]) {
  try {
    const headers = body && { "Content-Type": "application/json" };
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    return {
      status: response.status,
      cacheControl: response.headers.get("cache-control"),
      body: await response.json(),
    };
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}
