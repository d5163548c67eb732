// What a page can do beyond being read. Without this file it is all there, but for the
// search, the copy buttons, the progress and the choice of colours.
"use strict";
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const said = document.body.dataset;

// A browser may refuse to keep anything: then nothing is remembered, and all else works.
const store = {
  get(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(key)) ?? otherwise; } catch { return otherwise; }
  },
  set(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* see above */ }
  },
};

$(".tools").hidden = false;
theme();
copyButtons();
keys();
search();
contents();
marks();
if (said.name.endsWith(".md")) remember();
if ($(".way")) progress();

function theme() {
  const select = $("#theme"), root = document.documentElement;
  select.value = root.dataset.theme ?? "";
  select.addEventListener("change", () => {
    if (select.value) root.dataset.theme = select.value; else delete root.dataset.theme;
    try {
      if (select.value) localStorage.setItem("theme", select.value); else localStorage.removeItem("theme");
    } catch { /* it lasts as long as the page */ }
  });
}

function copyButtons() {
  if (!navigator.clipboard) return;
  for (const figure of all("figure.code, figure.console")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.type = "button";
    button.textContent = said.copy;
    button.addEventListener("click", async () => {
      const commands = all("kbd", figure).map((line) => line.textContent);
      const text = figure.classList.contains("console") ? commands.join("\n") : $("code", figure).textContent;
      await navigator.clipboard.writeText(text);
      button.textContent = said.copied;
      setTimeout(() => { button.textContent = said.copy; }, 1500);
    });
    figure.append(button);
  }
}

// Whoever is typing, or scrolls a block by its arrow keys, must not be carried off.
function busy(target) {
  return target.closest("input, select, textarea, [tabindex='0']") !== null;
}

function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      $("#search").focus();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !busy(event.target)) {
      $(event.key === "ArrowLeft" ? "a[rel=prev]" : "a[rel=next]")?.click();
    }
  });
}

function search() {
  const input = $("#search"), list = $("#results");
  let asked = 0, chosen = -1;
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  };
  const choose = (i) => {
    const options = all("[role=option]", list);
    chosen = options.length ? (i + options.length) % options.length : -1;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    if (chosen >= 0) {
      input.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    }
  };
  input.addEventListener("input", async () => {
    const query = input.value.trim(), mine = ++asked;
    if (!query) return show(false);
    const answer = await fetch("/_/search?q=" + encodeURIComponent(input.value)).catch(() => null);
    if (mine !== asked || !answer?.ok) return; // a later question has overtaken this one
    const hits = await answer.json();
    if (mine !== asked) return;
    list.replaceChildren(...hits.map(option));
    if (!hits.length) list.append(nothing());
    show(true);
    choose(0);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      const to = all("[role=option]", list)[chosen];
      if (!list.hidden && to) location.href = to.dataset.url;
    } else if (event.key === "Escape") {
      show(false);
      input.blur();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays
  list.addEventListener("click", (event) => {
    const to = event.target.closest("[role=option]");
    if (to) location.href = to.dataset.url;
  });
  input.addEventListener("blur", () => show(false));
  input.addEventListener("focus", () => { if (list.children.length && input.value.trim()) show(true); });
}

function option(hit, i) {
  const item = document.createElement("li");
  item.id = "result-" + i;
  item.setAttribute("role", "option");
  item.dataset.url = hit.url;
  item.append(pieces("strong", hit.marked), pieces("small", [{ text: hit.title }]), pieces("span", hit.snippet));
  return item;
}

function nothing() {
  const item = document.createElement("li");
  item.textContent = said.none;
  return item;
}

function pieces(name, parts) {
  const element = document.createElement(name);
  for (const part of parts) {
    const piece = part.match ? document.createElement("mark") : document.createTextNode(part.text);
    if (part.match) piece.textContent = part.text;
    element.append(piece);
  }
  return element;
}

// The contents follow the text: the last heading above the middle is where one is.
function contents() {
  const links = all(".contents a");
  if (!links.length) return;
  const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const follow = () => {
    let now = 0;
    places.forEach((place, i) => { if (place && place.getBoundingClientRect().top < innerHeight / 3) now = i; });
    links.forEach((link, i) => {
      if (i === now) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current");
    });
  };
  onScroll(follow);
  follow();
}

function onScroll(act) {
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; act(); });
  }, { passive: true });
}

// GitHub's way to name lines, #L10-L20, names no element.
function marks() {
  const named = location.hash.match(/^#L(\d+)-L(\d+)$/);
  if (!named) return;
  for (let i = Number(named[1]); i <= Number(named[2]); i++) document.getElementById("L" + i)?.classList.add("marked");
  document.getElementById("L" + named[1])?.scrollIntoView({ block: "center" });
}

// How far one has come in each text is kept in this browser, and nowhere else.
function remember() {
  const note = () => {
    const room = document.documentElement.scrollHeight - innerHeight;
    const far = room > 0 ? Math.min(1, scrollY / room) : 1;
    const read = store.get("read", {}), before = read[said.name] ?? {};
    read[said.name] = { far, done: before.done || far > 0.97, at: Date.now() };
    store.set("read", read);
  };
  onScroll(note);
  note();
}

function progress() {
  const read = store.get("read", {});
  for (const item of all(".way > li")) {
    const mine = read[item.dataset.name];
    if (!mine) continue;
    item.classList.add(mine.done ? "done" : "begun");
    $(".state", item).textContent = mine.done ? said.done : said.begun;
  }
  const open = Object.entries(read).filter(([, at]) => !at.done).sort((a, b) => b[1].at - a[1].at)[0];
  const go = $("#continue");
  if (open && go) {
    go.href = "/" + open[0];
    go.textContent = go.dataset.continue;
  }
}
