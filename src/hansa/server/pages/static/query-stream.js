// The answer to a query, line by line, as the server sends it. Whoever stops reading stops the query.

export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export async function* answer(body, signal) {
  const response = await fetch("/query/rows", { method: "POST", body, signal, headers: { Accept: "application/x-ndjson" } });
  const kind = response.headers.get("content-type") ?? "";
  if (kind.startsWith("application/problem+json")) throw new Refusal(await response.json());
  if (response.redirected || response.status === 403) {
    const mend = "reload the page, sign in if it asks you to, and run it again; the address keeps the statement";
    throw new Refusal({ detail: "your session has ended", mend });
  }
  if (response.status === 413) throw new Refusal({ detail: "the statement is too long for a page", mend: "publish long lists as a product, and join it" });
  if (!response.ok || !kind.startsWith("application/x-ndjson")) {
    throw new Refusal({ detail: `the server answered with ${response.status}`, mend: "run it again in a moment" });
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let parts = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = value.split("\n");
    for (const line of lines.slice(0, -1)) {
      yield JSON.parse(parts.join("") + line);
      parts = [];
    }
    if (lines.at(-1)) parts.push(lines.at(-1));
  }
}
