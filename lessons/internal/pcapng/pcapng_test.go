package pcapng_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/packet"
	"onthewire/lessons/internal/pcapng"
)

// file has a packet of each length up to 8, so every padding.
func file(t *testing.T) []byte {
	t.Helper()
	out := append(pcapng.Section(), pcapng.Interface("lo", packet.Ethernet)...)
	for n := range 9 {
		p := packet.Packet{Time: time.Unix(1_700_000_000, 123456789), Bytes: make([]byte, n), Length: n + 100}
		out = append(out, pcapng.Packet(0, p, "")...)
	}
	return out
}

func TestEachBlockHasItsLengthAtBothEnds(t *testing.T) {
	blocks := 0
	for rest := file(t); len(rest) > 0; blocks++ {
		if len(rest) < 12 {
			t.Fatalf("%d bytes are left over", len(rest))
		}
		n := int(binary.LittleEndian.Uint32(rest[4:]))
		if n%4 != 0 || n < 12 || n > len(rest) || int(binary.LittleEndian.Uint32(rest[n-4:])) != n {
			t.Fatalf("block %d has the length %d, of %d bytes", blocks, n, len(rest))
		}
		rest = rest[n:]
	}
	if blocks != 2+9 {
		t.Errorf("%d blocks", blocks)
	}
}

func TestTsharkReadsLengthsAndTimes(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skipf("no tshark here: %v", err)
	}
	read := exec.Command(tshark, "-r", "-", "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len")
	read.Env = append(os.Environ(), "HOME="+t.TempDir()) // with no settings of anybody's
	read.Stdin = bytes.NewReader(file(t))
	out, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 9 || lines[8] != "1700000000.123456789\t8\t108" {
		t.Errorf("tshark reads %q", lines)
	}
}
