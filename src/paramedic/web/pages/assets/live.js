// Shows a live session as it goes: the part of the page that changes is fetched anew until the session has ended.
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
})();
