package everywhere

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onthewire/lessons/05-http/site"
)

// Chromium tells by which protocol each part came (W3C Resource Timing, nextHopProtocol).
const hops = `performance.getEntries().filter(e => e.nextHopProtocol).map(e => e.nextHopProtocol)`

// One browser for all three. HTTP/1.1 is what it speaks in the clear. Where it is to speak HTTP/2 it
// must not hear of HTTP/3: told by Alt-Svc, it changed over in the middle of the page (seen with
// Chromium 156). Where it is to speak HTTP/3 it is told so by a flag, since else it would race.
func TestABrowserLoadsThePageByEveryProtocol(t *testing.T) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("there is no chromium or google-chrome here")
	}
	byTCP, _, certificate := stranger(t, unadvertised)
	byUDP, _, other := stranger(t)
	pins := ""
	for _, c := range []*[]byte{&certificate.Leaf.RawSubjectPublicKeyInfo, &other.Leaf.RawSubjectPublicKeyInfo} {
		sum := sha256.Sum256(*c)
		pins += base64.StdEncoding.EncodeToString(sum[:]) + ","
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.Flag("enable-quic", true),
		chromedp.Flag("origin-to-force-quic-on", byUDP.QUIC.LocalAddr().String()),
		chromedp.Flag("ignore-certificate-errors-spki-list", pins))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	must(t, chromedp.Do(ctx)) // it starts here, without a timeout
	for _, c := range []struct{ url, want string }{
		{"http://" + byTCP.Clear.Addr().String(), "http/1.1"},
		{"https://" + byTCP.TLS.Addr().String(), "h2"},
		{"https://" + byUDP.QUIC.LocalAddr().String(), "h3"},
	} {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		must(t, chromedp.Do(ctx, chromedp.Navigate(c.url+"/page")))
		ran, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.body.dataset.first === "ran" && document.body.dataset.second === "ran" && [...document.images].every(i => i.complete && i.naturalWidth > 0)`))
		if err != nil {
			t.Errorf("%s: the page is not whole: %v, %v", c.url, ran, err)
		}
		came, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](hops))
		if err != nil || len(came) != 1+len(site.Parts) {
			t.Errorf("%s: %q, %v", c.url, came, err)
		}
		for _, by := range came {
			if by != c.want {
				t.Errorf("%s came by %s", c.url, by)
			}
		}
	}
}

func unadvertised(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del("Alt-Svc")
		next.ServeHTTP(w, r)
	})
}
