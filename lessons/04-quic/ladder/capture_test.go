package ladder

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestWiresharkReadsTheStreamOfACapturedConnection(t *testing.T) {
	t.Parallel() // tshark takes a second or two to begin
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark, of Wireshark, is not here")
	}
	n, err := network.Open(time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if n.Missing != nil {
		t.Skipf("%v; %s", n.Missing, n.Missing.Advice())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var file bytes.Buffer
	capture := n.Link.Capture(&file)
	if _, err := Record(ctx, n, Visit{Text: []byte("hello, wire\n"), KeyLog: capture.KeyLog()}); err != nil {
		t.Fatal(err)
	}
	if err := capture.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "echo.pcapng")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	tshark := exec.CommandContext(ctx, "tshark", "-r", path, "-Y", "quic.stream_data", "-T", "fields", "-e", "quic.stream_data")
	tshark.Env = append(os.Environ(), "HOME="+t.TempDir()) // with no settings of anybody's
	out, err := tshark.CombinedOutput()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, out)
	}
	// The twelve bytes in hexadecimal, once from each end.
	if text := strings.ReplaceAll(string(out), ":", ""); strings.Count(text, "68656c6c6f2c20776972650a") != 2 {
		t.Errorf("tshark sees: %s", text)
	}
}
