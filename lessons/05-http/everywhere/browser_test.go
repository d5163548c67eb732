package everywhere

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
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
// Chromium 156). Where it is to speak HTTP/3 a flag names the origin, which is the same port under
// another name.
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
	on, _, certificate := stranger(t, unadvertised)
	byTCP, port := on.TLS.Addr().String(), on.TLS.Addr().(*net.TCPAddr).Port
	byUDP := fmt.Sprintf("localhost:%d", port)
	pin := sha256.Sum256(certificate.Leaf.RawSubjectPublicKeyInfo)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, // it sees this page only
		chromedp.Flag("enable-quic", true),
		chromedp.Flag("host-resolver-rules", "MAP localhost 127.0.0.1"), // nobody listens at ::1
		chromedp.Flag("origin-to-force-quic-on", byUDP),
		chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(pin[:])))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	must(t, chromedp.Do(ctx)) // it starts here, without a timeout
	for _, c := range []struct{ url, want string }{
		{"http://" + on.Clear.Addr().String(), "http/1.1"},
		{"https://" + byTCP, "h2"},
		{"https://" + byUDP, "h3"},
	} {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		must(t, chromedp.Do(ctx, chromedp.Navigate(c.url+"/page")))
		ran, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.body.dataset.first === "ran" && document.body.dataset.second === "ran" && [...document.images].every(i => i.complete && i.naturalWidth > 0)`))
		if err != nil {
			t.Errorf("%s: the page is not whole: %v, %v", c.url, ran, err)
		}
		came, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](hops))
		if err != nil || len(came) < 1+len(site.Parts) {
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
