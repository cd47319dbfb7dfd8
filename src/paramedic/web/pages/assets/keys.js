// Walks through a list by keyboard: j, k, Enter and /. Everything is reachable by Tab without this.
(() => {
  const titles = [...document.querySelectorAll("#rows a.title")];
  const help = document.querySelector("#keys");
  if (help) help.hidden = false;
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, select, textarea, [contenteditable]");
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector("#search").focus();
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (!step || !titles.length) return;
    const now = titles.indexOf(document.activeElement);
    const next = titles[Math.min(titles.length - 1, Math.max(0, now + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
})();
