"use strict";
// What every page shares: the count of SMS parts, the sheet of keys, sound, and the stream that says what changed.
// A page's own script listens to two events of the document: "told" (detail: what the stream said) and "over" (signed out).
(() => {
  const body = document.body;

  // --- the header's menus close when somebody goes elsewhere
  const menus = [...document.querySelectorAll("header .menu")];
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus.filter((one) => one.open)) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // --- how many parts an SMS takes
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

  // --- keys: by their place on the keyboard, so that they work in every layout; never while somebody types
  const sheet = document.getElementById("keys");
  if (sheet) {
    const rows = [...sheet.querySelectorAll("[data-key]")], on = document.getElementById("keys-on");
    const target = (row) => document.querySelector(row.dataset.to);
    on.checked = localStorage.getItem("keys") !== "off";
    on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
    let before = null;
    const open = () => {
      rows.forEach((row) => { row.hidden = !target(row); });
      before = document.activeElement;
      sheet.showModal();
    };
    sheet.addEventListener("close", () => { if (before) before.focus(); });
    const shows = document.getElementById("show-keys");
    shows.hidden = false;
    shows.addEventListener("click", () => {
      const menu = shows.closest("details");
      open();
      menu.open = false;
      before = menu.querySelector("summary");
    });
    const goTo = (found) => {
      for (let part = found.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
      const stops = "summary, a[href], button, textarea, select, input:not([type=hidden])";
      const stop = found.matches(stops) ? found : found.querySelector(stops) || found;
      if (stop === found && !found.matches(stops)) found.tabIndex = -1;
      stop.focus();
      stop.scrollIntoView({block: "nearest"});
    };
    const typing = (at) => at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName)
      || (at.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(at.type));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (!sheet.isConnected) return;
      if (event.key === "?") { event.preventDefault(); open(); return; }
      if (!on.checked || event.shiftKey) return;
      const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
      const row = rows.find((one) => one.dataset.key === letter), found = row && target(row);
      if (!found || found.disabled) return;
      event.preventDefault();
      if (row.dataset.press) found.click(); else goTo(found);
    });
  }

  // --- sound, and what changed
  if (!body.dataset.live) return;
  let sound = null;
  const heard = new Set(body.dataset.alarms.split(" "));
  let wanted = localStorage.getItem("sound") !== "off";
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
  let events = null;
  const listen = () => {
    events = new EventSource(body.dataset.case ? `/events?case=${body.dataset.case}` : "/events");
    events.addEventListener("over", () => {
      events.close();
      document.dispatchEvent(new Event("over"));
    });
    events.addEventListener("locked", () => document.dispatchEvent(new Event("helpline:lock")));
    events.onmessage = (event) => {
      if (body.dataset.leaving || body.dataset.locked) return;
      const told = JSON.parse(event.data);
      const fresh = told.alarms.filter((alarm) => !heard.has(alarm));
      fresh.forEach((alarm) => heard.add(alarm));
      if (fresh.length) ring();
      const pressing = told.waiting + told.to_answer;
      document.title = pressing ? `(${pressing}) ${body.dataset.title}` : body.dataset.title;
      document.dispatchEvent(new CustomEvent("told", {detail: told}));
    };
  };
  listen();
  document.addEventListener("listen-again", listen);
  // What a form leads to must not be overtaken by a reload that its own success sets off.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    body.dataset.leaving = "1";
    events.close();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
