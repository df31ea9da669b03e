"use strict";
// The simulator's phones.
(() => {
  for (const area of document.querySelectorAll(".type textarea")) {
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); area.form.requestSubmit(); }
    });
  }
  const screens = [...document.querySelectorAll(".screen")];
  const end = (screen) => { screen.scrollTop = screen.scrollHeight; };
  screens.forEach(end);
  const look = async (screen) => {
    const answer = await fetch(`/simulator/${screen.dataset.phone}`);
    if (!answer.ok) return;
    const text = await answer.text();
    if (text !== screen.dataset.last) {
      if (screen.dataset.last !== undefined || text.trim() !== screen.innerHTML.trim()) { screen.innerHTML = text; end(screen); }
      screen.dataset.last = text;
    }
  };
  if (screens.length) setInterval(() => screens.forEach((screen) => look(screen).catch(() => {})), 1000);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!/^\/simulator\/\w+\/say$/.test(form.getAttribute("action") || "")) return;
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(form));
    if (event.submitter && event.submitter.name) sent.set(event.submitter.name, event.submitter.value);
    const area = form.querySelector("textarea");
    if (area) { area.value = ""; area.dispatchEvent(new Event("input")); }
    await fetch(form.action, {method: "POST", body: sent});
    screens.forEach((screen) => look(screen).catch(() => {}));
  });
})();
