package main

import (
	"embed"
	"html/template"
	"net/http"
	"path"

	"onthewire/docs/reader/sequence"
)

//go:embed ui
var ui embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"asset": func(name string) string { return "/-/" + name + "?" + assets[name].hash },
	"add":   func(a, b int) int { return a + b },
}).ParseFS(ui, "ui/*.html"))

type file struct {
	kind, hash string
	text       []byte
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// assets are what pages load beside themselves. Their hash is a part of their address, so a
// browser keeps them for as long as it likes.
var assets = func() map[string]file {
	all := map[string]file{}
	entries, err := ui.ReadDir("ui")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, entry := range entries {
		kind, ok := kinds[path.Ext(entry.Name())]
		if !ok {
			continue
		}
		text, _ := ui.ReadFile("ui/" + entry.Name())
		if entry.Name() == "reader.css" {
			text = append(text, sequence.CSS...)
		}
		all[entry.Name()] = file{kind, sum(text), text}
	}
	return all
}()

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
