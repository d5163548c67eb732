"use strict";
document.documentElement.classList.add("scripted");
const fields = JSON.parse(document.querySelector("#fields").textContent);
const said = document.querySelector("#said");
const narrow = matchMedia("(max-width: 36rem)");
let marked = [];

// where is the byte in its datagram, and what it was on the wire.
function place(cell) {
  const grid = cell.closest("[role=grid]");
  const row = cell.parentElement;
  const at = Number(row.firstElementChild.textContent) + [...row.children].indexOf(cell) - 1;
  return { at, wire: grid.dataset.wire.slice(2 * at, 2 * at + 2), plain: cell.dataset.plain ?? cell.textContent };
}

// show says what a byte means, and marks all bytes of its field, wherever they are.
function show(cell) {
  const f = fields[cell.dataset.f];
  for (const other of marked) other.classList.remove("same");
  marked = [...document.querySelectorAll(`[data-f="${cell.dataset.f}"]`)];
  for (const other of marked) other.classList.add("same");
  const { at, wire, plain } = place(cell);
  let where = `Byte ${at}: ${plain}`;
  if (wire !== plain) where += `, on the wire ${wire}`;
  said.querySelector(".path").textContent = f.path;
  said.querySelector("h2").textContent = f.name;
  said.querySelector(".value").textContent = f.value ?? "";
  said.querySelector(".where").textContent = where;
  said.querySelector(".text").textContent = f.text;
  const link = said.querySelector("a");
  link.textContent = f.text ? f.place : "";
  link.href = f.url;
  return `${where}. ${f.name}${f.value ? ": " + f.value : ""}. ${f.text}`;
}

for (const grid of document.querySelectorAll("[role=grid]")) {
  const bytes = () => [...grid.querySelectorAll("[tabindex]")].filter((c) => c.offsetParent);
  let home = grid.querySelector("[tabindex]"); // the one cell that Tab reaches
  home.tabIndex = 0;

  grid.addEventListener("pointerover", (e) => {
    const cell = e.target.closest("[tabindex]");
    if (cell && e.pointerType === "mouse") show(cell);
  });
  grid.addEventListener("pointerleave", () => {
    if (document.activeElement.dataset.f) show(document.activeElement);
  });
  grid.addEventListener("focusin", (e) => {
    if (!e.target.dataset.f) return;
    home.tabIndex = -1;
    home = e.target;
    home.tabIndex = 0;
    said.classList.add("used");
    document.querySelector("#heard").textContent = show(home);
  });
  grid.addEventListener("keydown", (e) => {
    if (!e.target.dataset.f || e.ctrlKey || e.altKey || e.metaKey) return;
    const all = bytes();
    const at = all.indexOf(e.target);
    const across = narrow.matches ? 8 : 16;
    const other = (step) => {
      let i = at;
      while (all[i] && all[i].dataset.f === e.target.dataset.f) i += step;
      return i;
    };
    const to = {
      ArrowRight: () => at + 1,
      ArrowLeft: () => at - 1,
      ArrowDown: () => at + across,
      ArrowUp: () => at - across,
      PageDown: () => other(1),
      PageUp: () => other(-1),
      Home: () => 0,
      End: () => all.length - 1,
    }[e.key];
    if (!to) return;
    e.preventDefault();
    all[to()]?.focus();
  });
}

for (const button of document.querySelectorAll("[aria-controls]")) {
  button.addEventListener("click", () => {
    const open = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("open");
    button.setAttribute("aria-expanded", open);
  });
}

document.querySelector("#wire").addEventListener("click", (e) => {
  const wire = e.target.getAttribute("aria-pressed") !== "true";
  e.target.setAttribute("aria-pressed", wire);
  for (const cell of document.querySelectorAll("[data-f]")) {
    const { wire: byte } = place(cell);
    cell.dataset.plain ??= cell.textContent;
    cell.textContent = wire ? byte : cell.dataset.plain;
  }
});

// Before anybody points: the name of the server, in its pieces.
const first = document.querySelector(`[data-f="${fields.findIndex((f) => f.name === "HostName")}"]`) ?? document.querySelector("[data-f]");
show(first);
