"use strict";
// A case's page: it renews itself around what somebody types, reads or has open, and keeps what is typed on the server.
(() => {
  const body = document.body;
  if (body.dataset.live !== "case") return;
  const at = (id) => document.getElementById(id);
  const reply = at("reply"), draftForm = at("draft-form"), arrived = at("arrived"), signedOut = at("signed-out");
  let version = body.dataset.version;
  const leaving = () => Boolean(body.dataset.leaving);

  // --- what is typed is kept on the server every two seconds and on leaving
  const fields = () => ({reply: at("reply"), note: at("note")});
  const kept = {reply: reply ? reply.value : "", note: draftForm ? draftForm.dataset.note : ""};
  if (draftForm && at("note") && !at("note").value) at("note").value = kept.note;
  let typed = false, asleep = false;
  const changed = () => Object.entries(fields()).filter(([name, area]) => area && area.value !== kept[name]);
  const keep = async (last, sent_itself) => {
    const fresh = changed().filter(([name]) => name !== sent_itself);
    if (!draftForm || asleep || body.dataset.locked || (leaving() && !last) || !fresh.length) return;
    const sent = new URLSearchParams(new FormData(draftForm));
    for (const [name, area] of fresh) sent.set(name, area.value);
    if (typed && !last) sent.set("types", "1");
    typed = false;
    const answer = await fetch(draftForm.action, {method: "POST", body: sent, keepalive: true, redirect: "manual"});
    if (answer.status === 204) {
      for (const [name] of fresh) kept[name] = sent.get(name);
      if (at("draft-kept")) at("draft-kept").hidden = false;
    } else if (answer.type === "opaqueredirect") sleep();
  };
  if (draftForm) {
    setInterval(() => keep(false).catch(() => {}), 2000);
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(false).catch(() => {}); });
    window.addEventListener("pagehide", () => { if (!leaving()) keep(true).catch(() => {}); });
    document.addEventListener("input", (event) => {
      if (event.target === reply && reply.value) typed = true;
      if (event.target === reply || event.target === at("note")) { const told = at("draft-kept"); if (told) told.hidden = true; }
    });
  }

  // --- the sign-in ended: the text stays here, and goes on after signing in again in another tab
  const sleep = () => {
    if (asleep) return;
    asleep = true;
    signedOut.hidden = false;
    signedOut.scrollIntoView({block: "nearest"});
    tryAgain();
  };
  const tryAgain = async () => {
    const answer = await fetch(location.pathname, {headers: {"X-Fragment": "live"}, redirect: "manual"}).catch(() => null);
    if (answer && answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[name=csrf]");
      if (fresh && page.body.dataset.who === body.dataset.who) return wake(fresh.value);
      if (fresh) return location.reload();  // somebody else signed in here: what was typed is not theirs
    }
    if (answer && answer.status === 403) return location.reload();
    setTimeout(tryAgain, 4000);
  };
  const wake = (secret) => {
    for (const one of document.querySelectorAll("[name=csrf]")) one.value = secret;
    asleep = false;
    signedOut.hidden = true;
    document.dispatchEvent(new Event("listen-again"));
    keep(false).catch(() => {});
  };
  signedOut.querySelector("button").addEventListener("click", tryAgain);
  document.addEventListener("over", () => { if (reply || at("note")) sleep(); else location.reload(); });
  // Before anything else hears of it: a form that cannot arrive must not take the text along.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (!asleep) {
      // What stands in the other box goes on being kept while this form leads away.
      keep(true, form === at("reply-form") ? "reply" : form.contains(at("note")) ? "note" : "").catch(() => {});
      return;
    }
    if (form.closest("header")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    signedOut.scrollIntoView({block: "center"});
    signedOut.querySelector("a").focus();
  }, true);

  // --- renewing
  const atEnd = () => window.innerHeight + window.scrollY > document.body.scrollHeight - 300;
  const detailsOf = (part) => new Map([...part.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
  const reopen = (states) => states.forEach((open, id) => { const part = at(id); if (part) part.open = open; });
  const inUse = (part) => part.contains(document.activeElement) || [...part.querySelectorAll("textarea, input, select")].some(
    (one) => (one.type === "hidden" ? false : one.tagName === "SELECT" ? one.selectedIndex > 0 : one.value !== one.defaultValue));
  const focused = (part) => {
    const here = document.activeElement;
    if (!part.contains(here)) return () => {};
    const home = here.closest("[id]"), tag = here.tagName, place = [...home.querySelectorAll(tag)].indexOf(here);
    return () => {
      const again = at(home.id);
      const found = !again ? null : here === home ? again : again.querySelectorAll(tag)[place];
      if (found) found.focus({preventScroll: true});
    };
  };
  // The line at the top of the window stays where it is, whatever grows above it.
  const anchored = () => {
    const line = [...document.querySelectorAll(".line")].find((one) => one.getBoundingClientRect().bottom > 0);
    if (!line) return () => {};
    const top = line.getBoundingClientRect().top;
    return () => { const again = at(line.id); if (again) window.scrollBy(0, again.getBoundingClientRect().top - top); };
  };
  const newest = (page) => [...page.querySelectorAll(".line.person")].pop()?.id;
  const renewPart = (page, id) => {
    const old = at(id), fresh = page.getElementById(id);
    if (!fresh || inUse(old)) return;
    const states = detailsOf(old);
    old.replaceWith(fresh);
    reopen(states);
  };
  const renew = async () => {
    if (body.dataset.locked) return;
    const answer = await fetch(location.pathname + location.search, {headers: {"X-Fragment": "live"}, redirect: "manual"});
    if (leaving() || asleep || body.dataset.locked) return;
    if (answer.type === "opaqueredirect") { sleep(); return; }
    if (answer.status === 423) { document.dispatchEvent(new Event("helpline:lock")); return; }
    if (!answer.ok) { await keep(true).catch(() => {}); body.dataset.leaving = "1"; location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live"), old = at("live"), stay = atEnd(), news = newest(page) !== newest(document);
    if (!fresh) return;
    if (Boolean(page.getElementById("reply-form")) !== Boolean(at("reply-form"))) {  // taken, or gone to somebody else
      await keep(true).catch(() => {});
      body.dataset.leaving = "1";
      location.reload();
      return;
    }
    const states = detailsOf(old), focus = focused(old), anchor = anchored();
    old.replaceWith(fresh);
    reopen(states);
    for (const part of document.querySelectorAll("[data-renews]")) renewPart(page, part.id);
    version = page.body.dataset.version;
    focus();
    if (stay) at("end").scrollIntoView({block: "center"}); else { anchor(); if (news) arrived.hidden = false; }
    tick();
    run();
  };
  arrived.querySelector("button").addEventListener("click", () => {
    arrived.hidden = true;
    at("end").scrollIntoView({block: "center"});
    (reply || at("main")).focus({preventScroll: true});
  });
  window.addEventListener("scroll", () => { if (atEnd()) arrived.hidden = true; }, {passive: true});
  document.addEventListener("helpline:unlocked", () => renew().catch(() => {}));
  document.addEventListener("told", ({detail: told}) => { if (told.case !== version) renew().catch(() => {}); });

  // --- times: what runs out is looked at again, what runs on is counted
  let timers = [];
  const run = () => {
    timers.forEach(clearTimeout);
    timers = [...document.querySelectorAll("[data-left]")].map((one) => setTimeout(() => renew().catch(() => {}), Number(one.dataset.left) * 1000 + 500));
  };
  const began = new WeakMap();
  const tick = () => {
    for (const one of document.querySelectorAll(".ticks")) {
      if (!began.has(one)) began.set(one, Date.now() - Number(one.dataset.seconds) * 1000);
      const seconds = Math.floor((Date.now() - began.get(one)) / 1000), two = (n) => String(n).padStart(2, "0");
      const hours = Math.floor(seconds / 3600);
      one.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    }
  };
  setInterval(tick, 1000);
  tick();
  run();

  // --- replies written beforehand
  const box = at("canned"), search = at("canned-search");
  if (box) {
    const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ı/g, "i").replace(/ə/g, "e");
    const ones = [...box.querySelectorAll(".one")], none = box.querySelector(".empty");
    const shown = () => ones.filter((one) => !one.hidden).map((one) => one.querySelector(".put")).filter(Boolean);
    const sift = () => {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      for (const one of ones) one.hidden = !words.every((word) => plain(one.textContent).includes(word));
      for (const group of box.querySelectorAll("section")) group.hidden = !group.querySelector(".one:not([hidden])");
      none.hidden = ones.some((one) => !one.hidden);
    };
    search.addEventListener("input", sift);
    const put = (link) => {
      const text = link.dataset.text, from = reply.selectionStart, before = reply.value.slice(0, from), after = reply.value.slice(reply.selectionEnd);
      reply.value = before + (before && !/\s$/.test(before) ? " " : "") + text + after;
      box.open = false;
      search.value = "";
      sift();
      reply.dispatchEvent(new Event("input", {bubbles: true}));
      reply.focus();
    };
    box.addEventListener("click", (event) => {
      const link = event.target.closest(".put");
      if (link) { event.preventDefault(); put(link); }
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); box.open = false; reply.focus(); return; }
      const links = shown(), here = links.indexOf(document.activeElement);
      if (event.key === "Enter" && event.target === search) { event.preventDefault(); if (links[0]) put(links[0]); }
      if (event.key === "ArrowDown") { event.preventDefault(); (links[here + 1] || links[0])?.focus(); }
      if (event.key === "ArrowUp") { event.preventDefault(); (here > 0 ? links[here - 1] : search).focus(); }
    });
    box.addEventListener("toggle", () => { if (box.open) search.focus(); });
  }

  // --- where the page opens: at what was refused, at what is new; a case that was just taken at its first card
  const fresh = at("new"), refusal = at("refusal");
  // What scrolls by itself keeps its own place: the conversation opens at its end all the same.
  const beside = document.querySelector(".columns > aside"), target = at(location.hash.slice(1));
  const elsewhere = target && !(beside.contains(target) && getComputedStyle(beside).overflowY === "auto");
  if (refusal) refusal.focus();
  else if (!elsewhere && reply && !at("say-here")) (fresh || at("end")).scrollIntoView({block: "center"});
})();
