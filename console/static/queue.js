"use strict";
// A list: what arrives says so and moves nothing under a cursor; a list that is in use waits for a press.
(() => {
  const body = document.body;
  if (body.dataset.live !== "queue") return;
  let lists = body.dataset.lists;
  const news = document.getElementById("news"), refresh = document.getElementById("refresh");
  const inUse = () => {
    const live = document.getElementById("live");
    return live.matches(":hover") || live.contains(document.activeElement);
  };
  const renew = async () => {
    if (body.dataset.locked) return;
    const answer = await fetch(location.pathname + location.search, {headers: {"X-Fragment": "live"}});
    if (body.dataset.leaving) return;
    if (answer.status === 423) { document.dispatchEvent(new Event("helpline:lock")); return; }
    if (!answer.ok || answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    document.getElementById("live").replaceWith(fresh);
    lists = page.body.dataset.lists;
    news.hidden = true;
  };
  refresh.addEventListener("click", renew);
  document.addEventListener("helpline:unlocked", () => renew().catch(() => {}));
  document.addEventListener("over", () => location.reload());
  document.addEventListener("told", ({detail: told}) => {
    if (told.lists === lists) return;
    if (inUse()) {
      refresh.textContent = refresh.dataset.text.replace("%n", told.waiting);
      news.hidden = false;
    } else renew().catch(() => {});
  });
})();
