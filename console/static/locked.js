"use strict";
// The locked page itself: it tells the number of emergencies and nothing else, and goes when the sign-in is over.
(() => {
  if (!document.body.dataset.rings) return;
  const shown = document.getElementById("emergencies");
  const events = new EventSource("/events");
  events.addEventListener("over", () => location.reload());
  events.addEventListener("locked", (event) => {
    const now = JSON.parse(event.data).emergencies;
    shown.hidden = now === 0;
    shown.textContent = shown.dataset.text.replace("%n", now);
    document.title = now ? `(${now}) ${document.title.replace(/^\(\d+\) /, "")}` : document.title.replace(/^\(\d+\) /, "");
  });
  events.onmessage = () => location.reload();
})();
