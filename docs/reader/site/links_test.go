package site

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	hrefs = regexp.MustCompile(`href="([^"]*)"`)
	ids   = regexp.MustCompile(`\sid="([^"]*)"`)
)

// anchorsAt are the places in a page that a link can lead to, or nil if there is no page.
func anchorsAt(h http.Handler, path string) map[string]bool {
	w := get(h, path)
	for w.Code == http.StatusFound || w.Code == http.StatusMovedPermanently {
		w = get(h, w.Header().Get("Location"))
	}
	if w.Code != http.StatusOK {
		return nil
	}
	all := map[string]bool{"": true}
	for _, found := range ids.FindAllStringSubmatch(w.Body.String(), -1) {
		all[html.UnescapeString(found[1])] = true
	}
	return all
}

func TestEveryLinkLeadsToAPlace(t *testing.T) {
	h, _ := reading(t, checkout)
	places := map[string]map[string]bool{}
	for _, path := range pages(t) {
		if path == "/nowhere" {
			continue
		}
		base, _ := url.Parse(path)
		for _, found := range hrefs.FindAllStringSubmatch(get(h, path).Body.String(), -1) {
			to, err := base.Parse(html.UnescapeString(found[1]))
			if err != nil {
				t.Errorf("%s: the link %q: %v", path, found[1], err)
				continue
			}
			if to.Host != "" {
				continue // elsewhere
			}
			target := to.Path
			if to.RawQuery != "" {
				target += "?" + to.RawQuery
			}
			if _, known := places[target]; !known {
				places[target] = anchorsAt(h, target)
			}
			switch at := places[target]; {
			case at == nil:
				t.Errorf("%s: the link %q leads nowhere", path, found[1])
			case !at[to.Fragment] && !strings.HasPrefix(target, "/_/"):
				t.Errorf("%s: the link %q leads to no place in its page", path, found[1])
			}
		}
	}
}
