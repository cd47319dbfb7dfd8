// As the published examples have it, with fetch: create with tags, poll, write, list by tag, terminate.
const [baseUrl, key, orgId, prompt, tag] = process.argv.slice(2);
const sessions = `${baseUrl}/v3/organizations/${orgId}/sessions`;

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

const terminal = (session) =>
  ["exit", "error", "suspended"].includes(session.status) ||
  ["waiting_for_user", "finished"].includes(session.status_detail);

const created = await call("POST", sessions, { prompt, tags: [tag, "node"], idempotent: true });
let session = created;
while (!terminal(session)) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  session = await call("GET", `${sessions}/${created.session_id}`);
}
await call("POST", `${sessions}/${created.session_id}/messages`, { message: "thank you" });
const messages = await call("GET", `${sessions}/${created.session_id}/messages`);
const listed = await call("GET", `${sessions}?tags=${encodeURIComponent(tag)}&first=1`);
const ended = await call("DELETE", `${sessions}/${created.session_id}`);
console.log(JSON.stringify({ created, session, messages, listed, ended }));
