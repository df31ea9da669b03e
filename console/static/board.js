"use strict";
// The board renews itself: at once when something changes, and every ten seconds, because times grow by themselves.
(() => {
  let leaving = false, busy = false, last = 0;
  const inUse = () => document.getElementById("live").contains(document.activeElement);
  const renew = async () => {
    if (leaving || busy || inUse()) return;
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.pathname, {headers: {"X-Fragment": "live"}});
      if (!answer.ok || answer.redirected) { if (!leaving) location.reload(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (fresh && !leaving && !inUse()) document.getElementById("live").replaceWith(fresh);
    } catch (lost) {
      // The next time tells; what is shown keeps its times until then.
    } finally {
      busy = false;
    }
  };
  const events = new EventSource("/events");
  events.addEventListener("over", () => location.reload());
  events.onmessage = renew;
  setInterval(() => { if (Date.now() - last > 9000) renew(); }, 1000);
  document.addEventListener("submit", () => { leaving = true; events.close(); });
})();
