"use strict";
// What arrives says so and moves nothing under a cursor: a list that is in use waits for a press.
(() => {
  const body = document.body;
  const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
  const parts = (text) => {
    const plain = gsm.test(text);
    const size = plain ? text.length + (text.match(/[\^{}\\[~\]|€]/g) || []).length : text.length;
    const alone = plain ? 160 : 70, joined = plain ? 153 : 67;
    return {size, parts: size <= alone ? 1 : Math.ceil(size / joined)};
  };
  for (const form of document.querySelectorAll('[data-sms="1"]')) {
    const area = form.querySelector("textarea"), shown = form.querySelector("[data-one]");
    const count = () => {
      if (!area.value) { shown.textContent = ""; return; }
      const {size, parts: n} = parts(area.value);
      shown.textContent = (n > 3 ? shown.dataset.many : shown.dataset.one).replace("%p", n).replace("%c", size);
    };
    area.addEventListener("input", count);
    count();
  }
  for (const area of document.querySelectorAll(".type textarea")) {
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); area.form.requestSubmit(); }
    });
  }

  // --- the simulator's phones
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

  // --- the counsellors' pages
  if (!body.dataset.live) return;
  const onQueue = body.dataset.live === "queue";
  let lists = body.dataset.lists, version = body.dataset.version, sound = null;
  const heard = new Set(body.dataset.alarms.split(" "));
  let wanted = localStorage.getItem("sound") !== "off";
  const news = document.getElementById("news"), refresh = document.getElementById("refresh");
  const switcher = document.getElementById("sound");
  const showSwitch = () => {
    switcher.setAttribute("aria-pressed", String(wanted));
    switcher.textContent = wanted ? switcher.dataset.on : switcher.dataset.off;
  };
  showSwitch();
  switcher.addEventListener("click", () => { wanted = !wanted; localStorage.setItem("sound", wanted ? "on" : "off"); showSwitch(); });
  // Browsers let a page sound only after a touch or a key.
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => { sound ||= new AudioContext(); }, {once: true});
  const ring = () => {
    body.dataset.rang = String(Number(body.dataset.rang || 0) + 1);
    if (!wanted || !sound) return;
    for (const [at, pitch] of [[0, 660], [0.18, 880], [0.36, 660]]) {
      const tone = sound.createOscillator(), gain = sound.createGain();
      tone.frequency.value = pitch; gain.gain.value = 0.12;
      tone.connect(gain).connect(sound.destination);
      tone.start(sound.currentTime + at); tone.stop(sound.currentTime + at + 0.15);
    }
  };
  let leaving = false;
  const inUse = () => {
    const live = document.getElementById("live");
    return live.matches(":hover") || live.contains(document.activeElement);
  };
  const atEnd = () => window.innerHeight + window.scrollY > document.body.scrollHeight - 300;
  const renew = async () => {
    const answer = await fetch(location.pathname + location.search, {headers: {"X-Fragment": "live"}});
    if (leaving) return;
    if (answer.status === 423) { document.dispatchEvent(new Event("helpline:lock")); return; }
    if (!answer.ok || answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live"), stay = !onQueue && atEnd();
    if (!fresh) return;
    // The time of a list that was not renewed would be a lie; what is typed beside it stays.
    const opened = [...document.querySelectorAll("#live details[open]")].map((part) => part.id);
    document.getElementById("live").replaceWith(fresh);
    for (const id of opened) { const part = document.getElementById(id); if (part) part.open = true; }
    lists = page.body.dataset.lists;
    version = page.body.dataset.version;
    news.hidden = true;
    if (stay) document.getElementById("end").scrollIntoView({block: "center"});
  };
  refresh.addEventListener("click", renew);
  const address = onQueue ? "/events" : `/events?case=${body.dataset.case}`;
  const events = new EventSource(address);
  events.addEventListener("over", () => location.reload());
  events.addEventListener("locked", () => document.dispatchEvent(new Event("helpline:lock")));
  document.addEventListener("helpline:unlocked", () => renew().catch(() => {}));
  // What a form leads to must not be overtaken by a reload that its own success sets off.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    leaving = true;
    events.close();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  events.onmessage = (event) => {
    if (leaving || body.dataset.locked) return;
    const told = JSON.parse(event.data);
    const fresh = told.alarms.filter((alarm) => !heard.has(alarm));
    fresh.forEach((alarm) => heard.add(alarm));
    if (fresh.length) ring();
    const pressing = told.waiting + told.to_answer;
    document.title = pressing ? `(${pressing}) ${body.dataset.title}` : body.dataset.title;
    if (onQueue && told.lists !== lists) {
      if (inUse()) {
        refresh.textContent = refresh.dataset.text.replace("%n", told.waiting);
        news.hidden = false;
      } else renew().catch(() => {});
    }
    if (!onQueue && told.case !== version) renew().catch(() => {});
  };
  if (!onQueue && !location.hash && document.querySelector(".reply")) document.getElementById("end").scrollIntoView({block: "center"});
  const keys = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const to = {t: "take-next", r: "reply", n: "note", q: "to-queue"}[event.key];
    if (event.key === "?" && keys.isConnected) { event.preventDefault(); keys.showModal(); }
    const target = to && document.getElementById(to);
    if (!target) return;
    event.preventDefault();
    if (event.key === "t" || event.key === "q") target.click(); else target.focus();
  });
})();
