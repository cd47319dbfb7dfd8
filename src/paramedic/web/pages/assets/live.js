// Shows a live session as it goes: the part of the page that changes is fetched anew until the session has ended.
// Only pages of live sessions load this.
(async () => {
  const pause = () => new Promise((done) => setTimeout(done, 2000));
  while (document.querySelector("#live[data-live]")) {
    await pause();
    if (document.hidden) continue;
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) continue;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    const shown = document.querySelector("#live");
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
  }
  // What was found is on the page anew; a message that is being written is not to be lost.
  const message = document.querySelector("#message");
  if (!message || !message.value) location.reload();
})();
