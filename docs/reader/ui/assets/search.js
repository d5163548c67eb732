"use strict"

// Search as one types. The box keeps the focus; the arrows choose a result, Enter opens it.
{
  const box = document.querySelector("#find")
  const list = document.querySelector("#found")
  const told = document.querySelector("#told")
  let asked = 0
  let request = null
  let chosen = -1

  const options = () => [...list.querySelectorAll("[role=option]")]

  const close = () => {
    asked++
    request?.abort()
    list.hidden = true
    list.replaceChildren()
    box.setAttribute("aria-expanded", "false")
    box.removeAttribute("aria-activedescendant")
    told.textContent = ""
    chosen = -1
  }

  const choose = (to) => {
    const rows = options()
    if (!rows.length) return
    chosen = (to + rows.length) % rows.length
    rows.forEach((row, i) => row.setAttribute("aria-selected", i === chosen))
    rows[chosen].scrollIntoView({ block: "nearest" })
    box.setAttribute("aria-activedescendant", rows[chosen].id)
  }

  const pieces = (into, parts) => {
    for (const part of parts) {
      if (part.match) {
        const mark = document.createElement("mark")
        mark.textContent = part.text
        into.append(mark)
      } else {
        into.append(part.text)
      }
    }
    return into
  }

  const element = (name, className) => {
    const made = document.createElement(name)
    made.className = className
    return made
  }

  const result = (hit, i) => {
    const row = element("a", "hit")
    row.href = hit.url
    row.id = "hit-" + i
    row.role = "option"
    row.tabIndex = -1
    row.setAttribute("aria-selected", "false")
    const head = pieces(element("span", hit.code ? "head name" : "head"), hit.marked ?? [])
    row.append(head)
    if (hit.title !== hit.heading) {
      const place = element("span", "place")
      place.textContent = hit.title
      row.append(place)
    }
    if (hit.snippet?.length) row.append(pieces(element("span", "snippet"), hit.snippet))
    return row
  }

  const show = (hits) => {
    list.replaceChildren(...hits.map(result))
    told.textContent = hits.length ? String(hits.length) : words.nothing
    list.dataset.nothing = hits.length ? "" : words.nothing
    list.hidden = false
    box.setAttribute("aria-expanded", "true")
    chosen = -1
    choose(0)
  }

  box.addEventListener("input", async () => {
    const mine = ++asked
    request?.abort()
    request = new AbortController()
    if (!box.value.trim()) return close()
    try {
      const answer = await fetch("/-/find?q=" + encodeURIComponent(box.value.slice(0, 200)), { signal: request.signal })
      const hits = await answer.json()
      if (mine === asked) show(hits)
    } catch (error) {
      if (error.name !== "AbortError" && mine === asked) close()
    }
  })

  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return // an input method has the keys
    switch (event.key) {
      case "ArrowDown": choose(chosen + 1); break
      case "ArrowUp": choose(chosen - 1); break
      case "Enter": options()[chosen]?.click(); break
      case "Escape": if (list.hidden) box.blur(); box.value = ""; close(); break
      default: return
    }
    event.preventDefault()
  })

  list.addEventListener("click", (event) => {
    if (event.target.closest(".hit")) { box.blur(); close() }
  })

  addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".find")) close()
  })

  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return
    if (document.activeElement?.closest("input, textarea, select, [contenteditable]")) return
    event.preventDefault()
    box.focus()
    box.select()
  })
}
