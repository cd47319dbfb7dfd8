// As the older published examples have it, with fetch.
const [baseUrl, key, , prompt, tag] = process.argv.slice(2);

async function call(method, path, body) {
  const response = await fetch(`${baseUrl}/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const created = await call("POST", "/sessions", { prompt, tags: [tag], idempotent: true, unlisted: true });
const again = await call("POST", "/sessions", { prompt, tags: [tag], idempotent: true, unlisted: true });
let session;
do {
  await new Promise((resolve) => setTimeout(resolve, 100));
  session = await call("GET", `/sessions/${created.session_id}`);
} while (!["blocked", "finished", "expired"].includes(session.status_enum));
await call("POST", `/sessions/${created.session_id}/message`, { message: "thank you" });
const after = await call("GET", `/sessions/${created.session_id}`);
const listed = await call("GET", `/sessions?tags=${encodeURIComponent(tag)}&limit=5`);
const ended = await call("DELETE", `/sessions/${created.session_id}`);
console.log(JSON.stringify({ created, again, session, after, listed, ended }));
