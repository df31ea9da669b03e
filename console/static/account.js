"use strict";
// Printing needs a script; without it the codes can be copied by hand.
(() => {
  const print = document.getElementById("print");
  if (!print) return;
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
