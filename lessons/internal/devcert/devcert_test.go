package devcert

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("DEVCERT_TEST_DIR"); dir != "" {
		a, err := LoadFrom(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%x", a.certificate.Raw)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// shake is a handshake of a client that trusts roots and asks for name.
func shake(server tls.Certificate, roots *x509.CertPool, name string, now func() time.Time) error {
	listener, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{server}, Time: now})
	if err != nil {
		return err
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.(*tls.Conn).Handshake() // what goes wrong, the client says
			conn.Close()
		}
	}()
	conn, err := tls.Dial("tcp4", listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: name, Time: now})
	if err != nil {
		return err
	}
	return conn.Close()
}

func made(t *testing.T, hosts ...string) (*Authority, tls.Certificate) {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := a.Certificate(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return a, certificate
}

func TestAClientThatTrustsTheAuthorityConnectsByEveryName(t *testing.T) {
	a, server := made(t)
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := shake(server, a.Pool(), name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, server = made(t, "a.example", "10.0.0.2")
	for _, name := range []string{"a.example", "10.0.0.2"} {
		if err := shake(server, a.Pool(), name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAClientRefusesWhatItShould(t *testing.T) {
	a, server := made(t)
	other, _ := made(t)
	err := shake(server, other.Pool(), "localhost", nil)
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("another authority: %v", err)
	}
	err = shake(server, a.Pool(), "elsewhere.example", nil)
	if _, ok := errors.AsType[x509.HostnameError](err); !ok {
		t.Errorf("another name: %v", err)
	}
	err = shake(server, a.Pool(), "localhost", func() time.Time { return time.Now().Add(lifetime + time.Minute) })
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); !ok || invalid.Reason != x509.Expired {
		t.Errorf("a month later: %v", err)
	}
}

func TestAPinnedClientRefusesTheAuthoritysOtherServers(t *testing.T) {
	a, server := made(t)
	another, err := a.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := Pin(server)
	if err != nil {
		t.Fatal(err)
	}
	if err := shake(server, pinned, "localhost", nil); err != nil {
		t.Errorf("the pinned server: %v", err)
	}
	if err := shake(another, pinned, "localhost", nil); err == nil {
		t.Error("another server of the same authority was believed")
	}
	if err := shake(server, pinned, "elsewhere.example", nil); err == nil {
		t.Error("the pinned server was believed under another name")
	}
}

func TestWhatIsNoHostGetsNoCertificate(t *testing.T) {
	a, _ := made(t)
	for _, host := range []string{"", " ", "a b", "localhost:443", "127.0.0.1:443", "[::1]", "a..b", "-a", "a/b", "ü.example", strings.Repeat("a", 64)} {
		if _, err := a.Certificate("localhost", host); err == nil {
			t.Errorf("%q got one", host)
		}
	}
}

func TestInABubbleItIsMadeOfTheBubblesTime(t *testing.T) {
	var a *Authority
	var server tls.Certificate
	var then time.Time
	synctest.Test(t, func(t *testing.T) { // a real socket cannot be in it, so the handshake is not
		then = time.Now()
		a, server = made(t)
	})
	if err := shake(server, a.Pool(), "localhost", func() time.Time { return then }); err != nil {
		t.Error(err)
	}
	if err := shake(server, a.Pool(), "localhost", nil); err == nil {
		t.Error("a certificate of the year 2000 was believed today")
	}
}

func TestASecondProgramGetsTheSameAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "onthewire")
	first := stored(t, dir)
	if second := stored(t, dir); !first.certificate.Equal(second.certificate) {
		t.Error("the second is another")
	}
	server, err := first.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	roots, err := Roots(first.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := shake(server, roots, "localhost", nil); err != nil {
		t.Error(err)
	}
}

func stored(t *testing.T, dir string) *Authority {
	t.Helper()
	a, err := LoadFrom(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheKeyIsForNobodyElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "onthewire")
	a := stored(t, dir)
	text, err := os.ReadFile(a.Path())
	if err != nil || bytes.Contains(text, []byte("PRIVATE")) {
		t.Errorf("the file that is handed out: %v\n%s", err, text)
	}
	if runtime.GOOS == "windows" {
		return // no such bits
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, secretName): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// spoilt are ways in which the file can be of no use.
func spoilt(t *testing.T) map[string]func(dir string) {
	t.Helper()
	a, _ := made(t)
	other, leaf := made(t)
	text, _ := a.encode()
	write := func(text []byte, mode os.FileMode) func(string) {
		return func(dir string) {
			path := filepath.Join(dir, secretName)
			os.Remove(path)
			if err := os.WriteFile(path, text, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	foreign, _ := (&Authority{certificate: other.certificate, key: a.key}).encode()
	noCA, _ := (&Authority{certificate: leaf.Leaf, key: a.key}).encode()
	ways := map[string]func(string){
		"empty":                 write(nil, 0o600),
		"garbage":               write([]byte("garbage"), 0o600),
		"truncated":             write(text[:len(text)/2], 0o600),
		"no PEM inside":         write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), 0o600),
		"another's certificate": write(foreign, 0o600),
		"not an authority":      write(noCA, 0o600),
	}
	if runtime.GOOS != "windows" {
		ways["readable by others"] = write(text, 0o644)
		ways["folder open to others"] = func(dir string) {
			write(text, 0o600)(dir)
			os.Chmod(dir, 0o777)
		}
		ways["a link to elsewhere"] = func(dir string) {
			elsewhere := filepath.Join(t.TempDir(), "elsewhere.pem")
			os.WriteFile(elsewhere, text, 0o600)
			os.Remove(filepath.Join(dir, secretName))
			os.Symlink(elsewhere, filepath.Join(dir, secretName))
		}
	}
	// The clock of a bubble stands in the year 2000: what is made there has long ended.
	synctest.Test(t, func(t *testing.T) {
		old, _ := made(t)
		text, _ := old.encode()
		ways["expired"] = write(text, 0o600)
	})
	return ways
}

func TestAnAuthorityThatIsOfNoUseIsReplaced(t *testing.T) {
	for name, spoil := range spoilt(t) {
		dir := filepath.Join(t.TempDir(), "onthewire")
		before := stored(t, dir)
		spoil(dir)
		spoiled, _ := os.ReadFile(filepath.Join(dir, secretName))
		after := stored(t, dir)
		if kept, err := decode(spoiled, time.Now()); err == nil && kept.certificate.Equal(after.certificate) {
			t.Errorf("%s: it was taken all the same", name)
		}
		if before.certificate.Equal(after.certificate) || !stored(t, dir).certificate.Equal(after.certificate) {
			t.Errorf("%s: not replaced for good", name)
		}
		roots, err := Roots(after.Path())
		if err != nil || !roots.Equal(after.Pool()) {
			t.Errorf("%s: the file that is handed out is another's: %v", name, err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 3 {
			t.Errorf("%s: the folder holds %v", name, files)
		}
	}
}

func TestTheLastDayIsTooLate(t *testing.T) {
	a, _ := made(t)
	text, _ := a.encode()
	for hours, good := range map[time.Duration]bool{-2: false, 0: true, 28 * 24: true, 29*24 + 1: false, 31 * 24: false} {
		if _, err := decode(text, time.Now().Add(hours*time.Hour)); (err == nil) != good {
			t.Errorf("after %d hours: %v", hours, err)
		}
	}
}

func TestProgramsThatStartTogetherAgree(t *testing.T) {
	ways := spoilt(t)
	for name, spoil := range map[string]func(string){"nothing there": func(string) {}, "expired": ways["expired"], "truncated": ways["truncated"]} {
		dir := t.TempDir()
		os.Chmod(dir, 0o700)
		spoil(dir)
		var all sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			all.Go(func() {
				program := exec.Command(os.Args[0])
				program.Env = append(os.Environ(), "DEVCERT_TEST_DIR="+dir)
				out, err := program.CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v: %s", name, err, out)
				}
				got[i] = string(out)
			})
		}
		all.Wait()
		for _, one := range got {
			if one != got[0] {
				t.Errorf("%s: two programs have two authorities", name)
			}
		}
	}
}

func TestAFolderThatCannotBeMadeIsNamed(t *testing.T) {
	inTheWay := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(inTheWay, "onthewire")
	if _, err := LoadFrom(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("the error is %v", err)
	}
}

func TestAFileWithoutCertificatesIsNamed(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, empty + "-that-is-not-there"} {
		if _, err := Roots(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
