"use strict"

// What a page does beyond being read. Each part finds its own elements, and does nothing
// where there are none.

const words = document.body.dataset
const all = (selector, within = document) => [...within.querySelectorAll(selector)]

// The theme: the system's, until the switch is used; choosing the system's again forgets.
{
  const button = document.querySelector("#theme")
  const system = matchMedia("(prefers-color-scheme: dark)")
  const dark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark"
  const label = () => { button.textContent = dark() ? words.light : words.dark }
  button.addEventListener("click", () => {
    const next = dark() ? "light" : "dark"
    if ((next === "dark") === system.matches) {
      delete document.documentElement.dataset.theme
      store("theme", null)
    } else {
      document.documentElement.dataset.theme = next
      store("theme", next)
    }
    label()
  })
  system.addEventListener("change", label)
  label()
}

// Copying: a console's commands, of other blocks everything.
for (const figure of all("figure.code")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "copy"
  button.textContent = words.copy
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copied(figure))
    button.textContent = words.copied
    setTimeout(() => { button.textContent = words.copy }, 1500)
  })
  figure.append(button)
}

function copied(figure) {
  const commands = all(".command", figure)
  if (commands.length) return commands.map((c) => c.textContent).join("\n") + "\n"
  const code = figure.querySelector("code").cloneNode(true)
  all(".line > a", code).forEach((number) => number.remove())
  return code.textContent
}

// Lines of a file: #L41 and #L41-L58. A click with shift extends from the line before.
if (document.querySelector(".source")) {
  const mark = () => {
    const range = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash)
    all(".line.marked").forEach((line) => line.classList.remove("marked"))
    if (!range) return
    const lines = all(".line").slice(range[1] - 1, range[2] ?? range[1])
    lines.forEach((line) => line.classList.add("marked"))
    lines[0]?.scrollIntoView({ block: lines.length > 20 ? "start" : "center" })
  }
  addEventListener("hashchange", mark)
  document.querySelector(".source").addEventListener("click", (event) => {
    const first = /^#L(\d+)/.exec(location.hash)
    if (!event.shiftKey || !first || !event.target.matches(".line > a")) return
    event.preventDefault()
    const [from, to] = [Number(first[1]), Number(event.target.textContent)].sort((a, b) => a - b)
    location.hash = `L${from}-L${to}`
  })
  mark()
}

// The contents follow the scroll, and the place is kept for the home page.
{
  const headings = all(".prose h2[id], .prose h3[id]")
  const links = all(".contents a")
  let waiting = false
  const follow = () => {
    waiting = false
    const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2
    const line = innerHeight * 0.3
    const now = end ? headings.at(-1) : headings.findLast((h) => h.getBoundingClientRect().top <= line)
    for (const link of links) {
      const here = now && link.hash === "#" + CSS.escape(now.id) || now && decodeURIComponent(link.hash.slice(1)) === now.id
      if (here === (link.getAttribute("aria-current") === "true")) continue
      here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")
      if (here) keepInView(link)
    }
    remember(now, end)
  }
  const keepInView = (link) => {
    const side = link.closest(".side")
    const [box, own] = [side.getBoundingClientRect(), link.getBoundingClientRect()]
    if (own.top < box.top + 40 || own.bottom > box.bottom - 40) side.scrollTop += own.top - box.top - box.height / 3
  }
  const later = () => {
    if (!waiting) requestAnimationFrame(follow)
    waiting = true
  }
  if (document.querySelector("article.prose")) {
    addEventListener("scroll", later, { passive: true })
    addEventListener("resize", later)
    addEventListener("pageshow", later)
    follow()
  }
}

// Progress: for each page the heading that was reached, and whether its end was.
function progress() {
  try { return JSON.parse(stored("progress")) ?? {} } catch { return {} }
}

function remember(heading, end) {
  const kept = progress()
  const page = kept[words.path] ?? {}
  kept[words.path] = {
    title: words.title, id: heading?.id ?? "", at: Date.now(), read: page.read || end,
    heading: heading ? heading.firstChild.nodeName === "SPAN" ? heading.childNodes[1].textContent : heading.childNodes[0].textContent : "",
  }
  store("progress", JSON.stringify(kept))
}

{
  const kept = progress()
  const resume = document.querySelector("#resume")
  const [path, last] = Object.entries(kept).sort((a, b) => b[1].at - a[1].at)[0] ?? []
  if (resume && path) {
    resume.href = "/" + path + (last.id ? "#" + encodeURIComponent(last.id) : "")
    resume.textContent = ""
    const left = document.createElement("span")
    left.textContent = resume.dataset.left
    resume.append(left, last.title + (last.heading ? " · " + last.heading.trim() : ""))
  }
  for (const link of all(".path a, .beside a, .pages li a")) {
    if (!kept[decodeURIComponent(link.pathname).slice(1)]?.read) continue
    const mark = document.createElement("span")
    mark.className = "read"
    mark.textContent = " ✓"
    mark.role = "img"
    mark.ariaLabel = words.read
    link.append(mark)
  }
}

// The arrow keys turn pages, unless something on the page wants them.
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return
  const at = document.activeElement
  if (at?.closest("pre, .scroll, input, textarea, select, [contenteditable]")) return
  const to = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" }[event.key]
  if (to) document.querySelector(to)?.click()
})
