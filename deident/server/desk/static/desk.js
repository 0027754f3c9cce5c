// Everything works without this: it adds keys, dropping of files, copying.  No framework, nothing is fetched.
"use strict";

const one = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];

function marks() {
  const list = all(".mark");
  if (!list.length) return;
  const hint = one(".keys");
  if (hint) hint.hidden = false;
  let at = -1;

  function show(number, focus) {
    at = number;
    const value = list[at].dataset.value;
    for (const mark of list) mark.classList.toggle("now", mark.dataset.value === value);
    for (const card of all(".value")) card.classList.toggle("now", card.id === "v" + value);
    const card = document.getElementById("v" + value);
    if (card) {
      card.closest("details").open = true;
      const aside = one(".values");
      if (aside.scrollHeight > aside.clientHeight) aside.scrollTop += card.getBoundingClientRect().top - aside.getBoundingClientRect().top - 60;
    }
    if (focus) {
      list[at].focus({ preventScroll: true });
      list[at].scrollIntoView({ block: "nearest" });
    }
    return card;
  }

  const named = list.findIndex((mark) => "#v" + mark.dataset.value === location.hash);
  if (named >= 0) show(named, false);  // after a verdict was changed

  list.forEach((mark, number) => {
    mark.addEventListener("focus", () => show(number, false));
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      const card = show(number, false);
      if (!card) return;
      const narrow = getComputedStyle(one(".values")).position === "static";
      if (narrow || event.detail === 0) card.focus({ preventScroll: !narrow });  // detail 0: by the keyboard
      if (narrow) card.scrollIntoView({ block: "start" });
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const step = { j: 1, J: 1, k: -1, K: -1 }[event.key];
    if (step) {
      event.preventDefault();
      show((at + step + list.length + (at < 0 && step < 0 ? 1 : 0)) % list.length, true);
    } else if (event.key === "Escape" && at >= 0) {
      list[at].focus();
    }
  });
}

function dropping() {
  const target = one(".target");
  if (!target) return;
  const input = one("input[type=file]", target), list = one(".chosen", target);
  const told = () => list.replaceChildren(...[...input.files].map((file) => Object.assign(document.createElement("li"), { textContent: file.name })));
  input.addEventListener("change", told);
  for (const name of ["dragenter", "dragover"]) {
    target.addEventListener(name, (event) => { event.preventDefault(); target.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) target.addEventListener(name, () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; told(); }
  });
}

function copying() {
  for (const button of all("button.copy")) {
    if (!navigator.clipboard) continue;  // only over https or on this machine
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.done;
    });
  }
}

function once() {
  for (const form of all("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      if (button && form.dataset.busy) { button.textContent = form.dataset.busy; button.disabled = true; }
    });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });  // after “back”: fresh tokens and states
}

document.documentElement.classList.add("js");
marks();
dropping();
copying();
once();
