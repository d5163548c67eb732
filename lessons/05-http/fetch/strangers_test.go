package fetch

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/measure"
)

// A stranger is a server that others have written. Its folder has its certificate, its key, and
// a file.
type stranger struct {
	folder, cert, key string
	client            *Client
}

func newStranger(t *testing.T) (s stranger) {
	t.Helper()
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	s.folder = t.TempDir()
	s.client = &Client{Roots: authority.Pool(), Silence: time.Second}
	var chain []byte
	for _, one := range certificate.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one})...)
	}
	s.cert = s.file(t, "cert.pem", string(chain))
	s.key = s.file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	s.file(t, "hello", "hello, wire\n")
	return s
}

func (s stranger) file(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(s.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// program is one that a system may have, perhaps where only root looks.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, name := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("no %s here", name)
	return ""
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T, listen func() (net.Addr, error)) int {
	t.Helper()
	addr, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	if udp, ok := addr.(*net.UDPAddr); ok {
		return udp.Port
	}
	return addr.(*net.TCPAddr).Port
}

func freeTCP() (net.Addr, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return l.Addr(), l.Close()
}

func freeUDP() (net.Addr, error) {
	p, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return p.LocalAddr(), p.Close()
}

func TestNginxAnswersByHTTP1AndHTTP2(t *testing.T) {
	nginx := program(t, "nginx")
	s := newStranger(t)
	secure, clear := freePort(t, freeTCP), freePort(t, freeTCP)
	config := s.file(t, "nginx.conf", fmt.Sprintf(`
		daemon off; master_process off; pid nginx.pid; error_log stderr;
		events {}
		http {
			access_log off;
			client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
			server {
				listen 127.0.0.1:%d ssl http2; listen 127.0.0.1:%d;
				ssl_certificate cert.pem; ssl_certificate_key key.pem; root .;
			}
		}`, secure, clear))
	process, err := measure.Start(t.Context(), measure.Anywhere, nginx, "-p", s.folder, "-e", "stderr", "-c", config)
	if err != nil {
		t.Fatal(err)
	}
	defer process.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, port := range []int{secure, clear} {
		if err := process.Accepts(ctx, fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
			t.Fatal(err)
		}
	}
	for _, ask := range []struct {
		url      string
		version  Version
		protocol string
	}{
		{fmt.Sprintf("https://127.0.0.1:%d/hello", secure), HTTP1, "HTTP/1.1"},
		{fmt.Sprintf("https://127.0.0.1:%d/hello", secure), HTTP2, "HTTP/2.0"},
		{fmt.Sprintf("https://localhost:%d/hello", secure), OverTCP, "HTTP/2.0"},
		{fmt.Sprintf("http://127.0.0.1:%d/hello", clear), HTTP1, "HTTP/1.1"},
	} {
		var body strings.Builder
		answer, err := s.client.Get(ctx, at(t, ask.url), ask.version, &body)
		if err != nil || answer.Protocol != ask.protocol || body.String() != "hello, wire\n" || answer.Phases.FirstByte == 0 {
			t.Errorf("%s by %v: %+v, %q, %v", ask.url, ask.version, answer, body.String(), err)
		}
	}
	s.client.Silence = 300 * time.Millisecond
	if found, err := s.client.WhyNot3(ctx, at(t, fmt.Sprintf("https://127.0.0.1:%d/hello", secure))); err != nil || found[1].Good || !strings.Contains(found[2].Seen, "is closed") {
		t.Errorf("nginx without HTTP/3: %v, %v", found, err)
	}
}

func TestAStrangersHTTP3ServerAnswers(t *testing.T) {
	gtlsserver := program(t, "gtlsserver")
	s := newStranger(t)
	port := fmt.Sprint(freePort(t, freeUDP))
	process, err := measure.Start(t.Context(), measure.Anywhere, gtlsserver, "--quiet", "--htdocs="+s.folder, "127.0.0.1", port, s.key, s.cert)
	if err != nil {
		t.Fatal(err)
	}
	defer process.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for { // it does not tell when it listens
		var body strings.Builder
		answer, err := s.client.Get(ctx, at(t, "https://127.0.0.1:"+port+"/hello"), HTTP3, &body)
		if err != nil && ctx.Err() == nil {
			continue
		}
		if err != nil || answer.Protocol != "HTTP/3.0" || body.String() != "hello, wire\n" || answer.Phases.Handshake == 0 {
			t.Errorf("%+v, %q, %v", answer, body.String(), err)
		}
		break
	}
}
