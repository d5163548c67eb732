package main

import (
	"embed"
	"html/template"
	"net/http"

	"onthewire/docs/reader/sequence"
)

//go:embed ui
var ui embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"asset": func(name string) string { return "/-/" + name + "?" + assets[name].hash },
	"add":   func(a, b int) int { return a + b },
}).ParseFS(ui, "ui/html/*.html"))

type file struct {
	kind, hash string
	text       []byte
}

// assets are what pages load beside themselves. Their hash is a part of their address, so a
// browser keeps them for as long as it likes.
var assets = func() map[string]file {
	style := append(embedded("base.css", "prose.css", "pages.css"), sequence.CSS...)
	all := map[string]file{
		"reader.css": {kind: "text/css; charset=utf-8", text: style},
		"icon.svg":   {kind: "image/svg+xml", text: embedded("icon.svg")},
	}
	for _, name := range []string{"theme.js", "reader.js", "search.js"} {
		all[name] = file{kind: "text/javascript; charset=utf-8", text: embedded(name)}
	}
	for name, file := range all {
		file.hash = sum(file.text)
		all[name] = file
	}
	return all
}()

// embedded is the text of these files, one behind the other.
func embedded(names ...string) (text []byte) {
	for _, name := range names {
		one, err := ui.ReadFile("ui/assets/" + name)
		if err != nil {
			panic(err) // the build has left it out
		}
		text = append(text, one...)
	}
	return text
}

func asset(w http.ResponseWriter, r *http.Request, name string) {
	a, ok := assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	cache := "no-cache"
	if r.URL.RawQuery == a.hash {
		cache = "max-age=31536000, immutable"
	}
	send(w, r, a.kind, cache, a.text)
}
