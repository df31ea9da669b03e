// While somebody writes, what is wrong stands beside the field. Without this script the same is said after saving.
(() => {
  "use strict";
  const form = document.querySelector("form[data-check]");
  if (!form) return;
  let timer = 0, asked = 0;
  const id = (name) => name.replaceAll(".", "-");
  const show = (answer) => {
    document.getElementById("count").textContent = answer.count;
    for (const [name, faults] of Object.entries(answer.faults)) {
      const list = document.getElementById("faults-" + id(name)), box = document.getElementById(id(name));
      if (!list || !box) continue;
      list.replaceChildren(...faults.map((fault) => Object.assign(document.createElement("li"), { textContent: fault })));
      box.toggleAttribute("aria-invalid", faults.length > 0);
      if (faults.length) box.setAttribute("aria-invalid", "true");
      document.getElementById("size-" + id(name)).textContent = answer.sizes[name];
    }
  };
  const check = async () => {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body });
      if (answer.ok && mine === asked) show(await answer.json());
    } catch { /* the network is away: saving says the same */ }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(check, 400); });
})();
