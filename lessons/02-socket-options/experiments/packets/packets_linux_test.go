package packets

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/sniffer"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestTsharkReadsWhatASnifferHasSaved(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skipf("no tshark here: %v", err)
	}
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	chosen, err := newGreeter(link)
	if err != nil {
		t.Fatal(err)
	}
	defer chosen.Close()
	port := chosen.addr().Port()
	s, err := openSniffer(link, sniffer.Filter{Port: port})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := chosen.greet(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	packets, err := untilEnd(t.Context(), s, port)
	if err != nil {
		t.Fatal(err)
	}
	if dropped, err := s.Dropped(); dropped != 0 || err != nil {
		t.Errorf("%d packets found no room, %v", dropped, err)
	}
	read := exec.Command(tshark, "-r", "-", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-e", "tcp.payload", "-e", "_ws.malformed")
	read.Env = append(os.Environ(), "HOME="+t.TempDir()) // with no settings of anybody's
	read.Stdin = bytes.NewReader(save(s.Link, packets))
	out, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(out), "\n"); lines != len(packets) {
		t.Errorf("tshark reads %d packets of %d", lines, len(packets))
	}
	if said := strings.Fields(string(out)); len(said) != 1 || said[0] != "68656c6c6f2c20776972650a" {
		t.Errorf("tshark reads %q, the connection said \"hello, wire\\n\"", said)
	}
}
