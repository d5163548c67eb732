package lab_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

// getPage asks for a page over HTTPS, with one packet lost on the way, and returns what was
// captured meanwhile.
func getPage(t *testing.T, page string) []byte {
	t.Helper()
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate("server")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := link.Server.Listen("tcp", "server:443")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, page) }),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}
	go server.ServeTLS(listener, "", "")
	defer server.Close()

	var file bytes.Buffer
	capture := link.Capture(&file)
	link.ToServer.Drop(1, func(p lab.Packet) bool { return len(p.Payload) > 0 })
	transport := &http.Transport{
		DialContext:     link.Client.DialContext,
		TLSClientConfig: &tls.Config{RootCAs: authority.Pool(), KeyLogWriter: capture.KeyLog()},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
	answer, err := client.Get("https://server/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || string(text) != page {
		t.Fatalf("the page is %q, %v", text, err)
	}
	if err := capture.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestACaptureHoldsTheKeysBeforeThePackets(t *testing.T) {
	file := getPage(t, "hello, wire\n")
	var kinds []uint32
	sawKeys, sawDrop := false, false
	for rest := file; len(rest) > 0; {
		if len(rest) < 12 {
			t.Fatalf("%d bytes are left, too few for a block", len(rest))
		}
		kind, size := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[4:])
		if size < 12 || size%4 != 0 || int(size) > len(rest) || binary.LittleEndian.Uint32(rest[size-4:]) != size {
			t.Fatalf("block %d of type %#x says that it is %d bytes long", len(kinds), kind, size)
		}
		body := rest[8 : size-4]
		switch kind {
		case 10: // decryption secrets
			sawKeys = bytes.Contains(body, []byte("SERVER_TRAFFIC_SECRET_0 "))
		case 6: // enhanced packet
			if !sawKeys {
				t.Fatal("a packet comes before the keys that open it")
			}
			sawDrop = sawDrop || bytes.Contains(body, []byte("dropped by the lab"))
			if bytes.Contains(body, []byte("hello, wire")) {
				t.Error("a packet holds the page in the clear")
			}
		}
		kinds = append(kinds, kind)
		rest = rest[size:]
	}
	if len(kinds) < 10 || kinds[0] != 0x0A0D0D0A || kinds[1] != 1 || kinds[2] != 1 || kinds[3] != 10 {
		t.Errorf("the blocks are %#x", kinds)
	}
	if !sawDrop {
		t.Error("no packet is marked as dropped")
	}
}

func TestWiresharkOpensACaptureDecrypted(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark, of Wireshark, is not here")
	}
	path := filepath.Join(t.TempDir(), "page.pcapng")
	if err := os.WriteFile(path, getPage(t, "hello, wire\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tshark := exec.CommandContext(ctx, "tshark", "-r", path, "-Y", "http.response", "-T", "fields", "-e", "http.file_data", "-e", "frame.interface_name")
	tshark.Env = append(os.Environ(), "HOME="+t.TempDir()) // with no settings of anybody's
	out, err := tshark.CombinedOutput()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, out)
	}
	// Older versions show the bytes, newer ones their digits.
	if text := string(out); !strings.Contains(text, "hello, wire") && !strings.Contains(text, "68656c6c6f2c2077697265") || !strings.Contains(text, "server") {
		t.Errorf("tshark sees: %s", text)
	}
}

func TestACaptureThatCannotBeWrittenSaysSo(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	full, broken := net.Pipe()
	full.Close()
	broken.Close()
	if err := link.Capture(broken).Close(); err == nil || !strings.Contains(err.Error(), "write the capture") {
		t.Errorf("the error is %v", err)
	}
}
