"use strict"

// Before the first paint: the theme that was chosen here, if one was. This file is loaded
// without defer, so it is as short as it can be.
function stored(key) {
  try { return localStorage.getItem(key) } catch { return null } // a browser may forbid it
}

function store(key, value) {
  try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value) } catch { /* then not */ }
}

if (stored("theme")) document.documentElement.dataset.theme = stored("theme")
document.documentElement.classList.add("scripted")
