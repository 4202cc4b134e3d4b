// The question that the clients ask, and how they ask it with fetch.

export const resource = "/v1/prediction";
export const input = { hour_of_day: 8, day_of_week: 3, day_of_year: 122 };
export const queryString = `${resource}?${new URLSearchParams(input)}`;

// Also sent to a page as source text, so it refers to nothing outside itself.
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
