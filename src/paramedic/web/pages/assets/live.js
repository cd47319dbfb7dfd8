// Keeps a page that is open up to date by server-sent events. Without scripts the page is as it was when it was loaded.
(() => {
  const news = document.querySelector("[data-live]");
  if (!news || !window.EventSource) return;
  let after = news.dataset.after;
  let source = null;
  let leaving = false;

  // What somebody is writing, or has opened to read, is not to be lost by loading the page anew.
  const isBusy = () =>
    [...document.querySelectorAll("textarea, input[type=text], input:not([type])")].some((field) => field.value !== field.defaultValue) ||
    ["TEXTAREA", "INPUT", "SELECT"].includes(document.activeElement?.tagName) ||
    String(getSelection()).length > 0;

  const change = () => {
    if (isBusy()) {
      news.hidden = false;
    } else if (!leaving) {
      leaving = true;
      // Many pages may wait for the same thing.
      setTimeout(() => (isBusy() ? (news.hidden = false, leaving = false) : location.reload()), Math.random() * 1500);
    }
  };

  const add = (html) => {
    const lines = document.querySelector("#lines");
    if (!lines) return;
    if (!lines.querySelector("time")) lines.replaceChildren();
    lines.insertAdjacentHTML("beforeend", html);
    while (lines.children.length > 400) lines.firstElementChild.remove();
  };

  const show = (parts) => {
    for (const [id, html] of Object.entries(parts)) {
      const part = document.getElementById(id);
      if (part && part.innerHTML.trim() !== html) part.innerHTML = html;
    }
  };

  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      after = event.lastEventId || after;
      act(JSON.parse(event.data));
    });

  const follow = () => {
    source = new EventSource(`${news.dataset.live}?after=${encodeURIComponent(after)}`);
    on("log", (data) => add(data.html));
    on("parts", show);
    on("changed", change);
    source.addEventListener("over", () => source.close());
  };

  // A browser opens few connections to one host: pages that nobody looks at keep none.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (!document.hidden) follow();
  });
  if (!document.hidden) follow();
})();
