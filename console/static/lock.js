"use strict";
// A screen that nobody uses shows nothing. What was on it, with what was typed, waits in memory for the password.
(() => {
  const screen = document.getElementById("lock-screen");
  if (!screen) return;
  const body = document.body;
  const ASK_EVERY = 20000, TELL_EVERY = 60000, SLEPT = 60000;
  const fragment = {"X-Fragment": "lock"};
  let kept = null, title = "", focused = null, events = null, sound = null;
  let told = Date.now(), asked = Date.now(), emergencies = null;

  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => { sound ||= new AudioContext(); }, {once: true});
  const ring = () => {
    body.dataset.rang = String(Number(body.dataset.rang || 0) + 1);
    if (!sound || localStorage.getItem("sound") === "off") return;
    for (const [at, pitch] of [[0, 660], [0.18, 880], [0.36, 660]]) {
      const tone = sound.createOscillator(), gain = sound.createGain();
      tone.frequency.value = pitch; gain.gain.value = 0.12;
      tone.connect(gain).connect(sound.destination);
      tone.start(sound.currentTime + at); tone.stop(sound.currentTime + at + 0.15);
    }
  };
  const listen = () => {
    if (!screen.dataset.rings) return;
    events = new EventSource("/events");
    events.addEventListener("over", () => location.reload());
    events.addEventListener("locked", (event) => {
      const now = JSON.parse(event.data).emergencies, shown = document.getElementById("emergencies");
      if (emergencies !== null && now > emergencies) ring();
      emergencies = now;
      if (!shown) return;
      shown.hidden = now === 0;
      shown.textContent = shown.dataset.text.replace("%n", now);
    });
  };
  const lock = () => {
    if (kept) return;
    document.querySelectorAll("dialog[open]").forEach((open) => open.close());
    title = document.title;
    focused = document.activeElement;
    kept = document.createDocumentFragment();
    for (const part of [...body.children]) if (part !== screen) kept.append(part);
    body.prepend(screen.content.cloneNode(true));
    body.dataset.locked = "yes";
    document.title = screen.dataset.title;
    emergencies = null;
    document.getElementById("unlock").addEventListener("submit", open);
    document.getElementById("unlock-secret").focus();
    listen();
  };
  const restore = () => {
    if (!kept) return;
    if (events) events.close();
    for (const part of [...body.children]) if (part !== screen) part.remove();
    body.prepend(kept);
    kept = events = null;
    delete body.dataset.locked;
    document.title = title;
    told = Date.now();
    if (focused && focused.isConnected) focused.focus();
    document.dispatchEvent(new Event("helpline:unlocked"));
  };
  const open = async (event) => {
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(event.target)), wrong = document.getElementById("unlock-wrong");
    const answer = await fetch("/unlock", {method: "POST", body: sent, headers: fragment});
    if (answer.redirected) { location.reload(); return; }
    if (answer.ok) { restore(); return; }
    wrong.textContent = answer.status === 429 ? wrong.dataset.many : wrong.dataset.wrong;
    wrong.hidden = false;
    document.getElementById("unlock-secret").select();
  };
  const look = async () => {
    // After sleep the clock has moved on: nothing is shown before the service was asked.
    if (Date.now() - asked > SLEPT) lock();
    asked = Date.now();
    const answer = await fetch("/here", {headers: fragment});
    if (answer.redirected) location.reload();
    else if (answer.status === 423) lock();
    else if (answer.ok) restore();
  };
  const tell = async () => {
    if (kept || Date.now() - told < TELL_EVERY) return;
    told = Date.now();
    const answer = await fetch("/here", {method: "POST", headers: fragment, body: new URLSearchParams({csrf: screen.dataset.csrf})});
    if (answer.status === 423) lock();
  };
  const quietly = (what) => () => { what().catch(() => {}); };
  setInterval(quietly(look), ASK_EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) quietly(look)(); });
  for (const touch of ["pointerdown", "keydown", "input"]) document.addEventListener(touch, quietly(tell), {passive: true});
  document.addEventListener("helpline:lock", lock);
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/lock") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    fetch("/lock", {method: "POST", headers: fragment, body: new URLSearchParams(new FormData(event.target))})
      .then((answer) => { if (answer.ok) lock(); else location.reload(); }).catch(() => {});
  }, true);
})();
