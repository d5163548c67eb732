package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
)

// A tunneler is a proxy that digs, and what it tells.
type tunneler struct {
	t       *testing.T
	address string
	done    chan Done
	stop    context.CancelFunc
	ended   chan error
}

func digging(t *testing.T, policy *destination.Policy) *tunneler {
	t.Helper()
	leak.Check(t)
	before, _ := leak.Descriptors()
	t.Cleanup(func() { // splice's pipes are kept for the next time, until the collector comes
		for range 100 {
			if now, _ := leak.Descriptors(); now <= before {
				return
			}
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	})
	l := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	d := &tunneler{t, l.Addr().String(), make(chan Done, 100), stop, make(chan error, 1)}
	p := New("us", policy)
	p.Watch = func(did Done) { d.done <- did }
	go func() { d.ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-d.ended; err != nil {
			t.Error(err)
		}
	})
	return d
}

// allowing is a policy that lets tunnels lead to a place on this machine.
func allowing(address string) *destination.Policy {
	policy := to(loopback)
	policy.Ports = []uint16{netip.MustParseAddrPort(address).Port()}
	return policy
}

func (d *tunneler) connects(target, behind string) (*bufio.Reader, net.Conn) {
	d.t.Helper()
	return ask(d.t, d.address, "CONNECT "+target+" HTTP/1.1\r\nHost: "+target+"\r\n\r\n"+behind, 1<<20)
}

func TestATunnelThatCannotBeIsRefusedWithALine(t *testing.T) {
	nobody := proxytest.Nobody(t)
	policy := allowing(nobody)
	policy.Timeout = 200 * time.Millisecond
	policy.Ports = append(policy.Ports, 444)
	policy.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done() // a server that never answers
		return nil, ctx.Err()
	}}
	d := digging(t, policy)
	for target, want := range map[string]int{
		nobody:                  502, // closed
		"slow.test:443":         504,
		"10.0.0.1:443":          403, // forbidden
		"[::ffff:10.0.0.1]:443": 403,
		"0.0.0.0:444":           403,
		"127.0.0.1:25":          403, // by its port
		"127.0.0.1":             400,
		d.address:               403,
	} {
		r, _ := d.connects(target, "\x16\x03\x01 and what is no request")
		answer, text := answered(t, r)
		if answer.StatusCode != want || strings.Count(text, "\n") != 1 || !answer.Close {
			t.Errorf("CONNECT %s: %s, %q, close %t, want %d", target, answer.Status, text, answer.Close, want)
		}
		if _, err := r.ReadByte(); err == nil {
			t.Errorf("CONNECT %s: what came behind it is answered as well", target)
		}
		if did := <-d.done; did.Status != want || did.Err == nil {
			t.Errorf("CONNECT %s: it tells of %+v", target, did)
		}
	}
	unresolvable := digging(t, to(loopback))
	r, _ := unresolvable.connects("no-such.invalid:443", "")
	if answer, text := answered(t, r); answer.StatusCode != 502 {
		t.Errorf("a name that nobody knows: %s, %s", answer.Status, text)
	}
}

func TestNoTunnelLeadsToTheProxyThatDigsIt(t *testing.T) {
	policy := to(loopback)
	d := digging(t, policy)
	policy.Ports = []uint16{netip.MustParseAddrPort(d.address).Port()} // nobody has asked yet
	r, _ := d.connects(d.address, "")
	if answer, text := answered(t, r); answer.StatusCode != 508 {
		t.Errorf("%s, %s", answer.Status, text)
	}
	r, _ = ask(t, d.address, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nVia: 1.1 us\r\n\r\n", 1<<20)
	if answer, text := answered(t, r); answer.StatusCode != 508 {
		t.Errorf("%s, %s", answer.Status, text)
	}
}

func TestStoppingWaitsForATunnelInUse(t *testing.T) {
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		for i := range 10 {
			fmt.Fprintf(conn, "%d", i)
			time.Sleep(50 * time.Millisecond) // its pace
		}
	})
	d := digging(t, allowing(origin))
	r, conn := d.connects(origin, "")
	head(r)
	d.stop()
	if text, err := io.ReadAll(r); string(text) != "0123456789" || err != nil {
		t.Errorf("after the stop comes %q, %v", text, err)
	}
	conn.Close()
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
	d.ended <- nil
	if _, err := net.Dial("tcp4", d.address); !errno.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new client: %v", err)
	}
}

// An upgrades origin changes over to what it is asked for, or to something else, and says more
// right behind the head of its answer.
func upgrades(t *testing.T, to string) (address string, heads chan string) {
	heads = make(chan string, 10)
	return anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		heads <- head(r)
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade, X-Hop\r\nX-Hop: a\r\nX-Open: b\r\nUpgrade: %s\r\n\r\nwelcome\n", to)
		io.Copy(conn, r)
		io.WriteString(conn, "bye\n")
	}), heads
}

func TestAnUpgradeIsATunnelFromThenOn(t *testing.T) {
	origin, heads := upgrades(t, "WebSocket")
	d := digging(t, to(loopback))
	r, conn := ask(t, d.address, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, upgrade\r\nUpgrade: websocket\r\n\r\nearly\n", 1<<20)
	if got := <-heads; !strings.Contains(got, "Connection: Upgrade\r\n") || !strings.Contains(got, "Upgrade: websocket\r\n") {
		t.Errorf("the origin gets %q", got)
	}
	answer := head(r)
	for _, want := range []string{"HTTP/1.1 101 ", "\r\nConnection: Upgrade\r\n", "\r\nUpgrade: websocket\r\n", "\r\nVia: 1.1 us\r\n", "\r\nX-Open: b\r\n"} {
		if !strings.Contains(answer, want) || strings.Contains(answer, "X-Hop") {
			t.Errorf("the client gets %q, without %q", answer, want)
		}
	}
	io.WriteString(conn, "hello\n")
	conn.CloseWrite()
	if text, err := io.ReadAll(r); string(text) != "welcome\nearly\nhello\nbye\n" || err != nil {
		t.Errorf("the client hears %q, %v", text, err)
	}
	if did := <-d.done; did.Status != 101 || did.Up != int64(len("early\nhello\n")) || did.Err != nil {
		t.Errorf("it tells of %+v", did)
	}
}

func TestAnUpgradeThatNobodyHasAskedForIsRefused(t *testing.T) {
	for _, fields := range []string{
		"", "Upgrade: websocket\r\n", "Connection: upgrade\r\n", "Connection: upgrade\r\nUpgrade: h2c\r\n",
		"Connection: upgrade\r\nUpgrade: other\r\n", "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: other\r\n",
		"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n",
	} {
		origin, _ := upgrades(t, "websocket")
		d := digging(t, to(loopback))
		r, _ := ask(t, d.address, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n"+fields+"\r\nx", 1<<20)
		if answer, text := answered(t, r); answer.StatusCode != 502 {
			t.Errorf("%q: %s, %q", fields, answer.Status, text)
		}
	}
}

func TestAnAnswerThatIsCutIsToldOf(t *testing.T) {
	origin, _ := says(t, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 1<<20)
	d := digging(t, to(loopback))
	r, _ := ask(t, d.address, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	head(r)
	io.Copy(io.Discard, r)
	if did := <-d.done; did.Status != 200 || did.Down != 4 || !errors.Is(did.Err, errCut) {
		t.Errorf("it tells of %+v", did)
	}
}

func TestCurlSpeaksTLSThroughATunnel(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	authority, err := devcert.LoadFrom(filepath.Join(t.TempDir(), "authority"))
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	l := listen(t)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s, Via %q\n", r.Proto, r.Header["Via"])
	})}
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	go server.ServeTLS(l, "", "")
	t.Cleanup(func() { server.Close() })
	origin := l.Addr().String()
	d := digging(t, allowing(origin))
	out, err := exec.CommandContext(t.Context(), curl, "-sS", "--max-time", "10", "--noproxy", "", "--cacert", authority.Path(),
		"-x", "http://"+d.address, "https://"+origin+"/").CombinedOutput()
	if string(out) != "HTTP/2.0, Via []\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	out, err = exec.CommandContext(t.Context(), curl, "-sS", "--max-time", "10", "--noproxy", "", "-x", "http://"+d.address, "https://127.0.0.1:25/").CombinedOutput()
	if !strings.Contains(string(out), "403") || err == nil {
		t.Errorf("to a port that is not named: %q, %v", out, err)
	}
}

// Where a body ends with its connection, a FIN is its end, whatever the origin has meant. It leaves
// in chunks. A reset is no end.
func TestABodyThatEndsWithItsConnectionEndsWithAFINAndIsCutByAReset(t *testing.T) {
	for _, reset := range []bool{false, true} {
		sent := make(chan struct{})
		origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
			head(r)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nhalf")
			<-sent
			if reset {
				conn.SetLinger(0)
			}
		})
		d := digging(t, to(loopback))
		r, _ := ask(t, d.address, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
		answer, err := http.ReadResponse(r, nil)
		must(t, err)
		text := make([]byte, 4)
		io.ReadFull(answer.Body, text)
		close(sent)
		rest, err := io.ReadAll(answer.Body)
		if string(text) != "half" || len(rest) > 0 || len(answer.TransferEncoding) == 0 || (err != nil) != reset {
			t.Errorf("a reset %t: %q, %q, %v, %v", reset, text, rest, err, answer.TransferEncoding)
		}
	}
}

func TestAHeadOfARequestHasALimit(t *testing.T) {
	d := digging(t, to(loopback))
	for _, line := range []string{"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nX: ", "CONNECT 127.0.0.1:1 HTTP/1.1\r\nX: "} {
		r, _ := ask(t, d.address, line+strings.Repeat("x", 2*maxHead)+"\r\n\r\n", 1<<20)
		answer, err := http.ReadResponse(r, nil)
		must(t, err)
		if answer.StatusCode != 431 {
			t.Errorf("%s", answer.Status)
		}
	}
}
