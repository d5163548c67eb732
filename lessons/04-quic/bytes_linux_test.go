package main

import (
	"encoding/json"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestBytesTakesDatagramsThatSomebodyBrings(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Files: []string{"testdata/bytes.txtar"}})
}

func TestBytesPrintsEachDatagramAndWhatEachByteOfItMeans(t *testing.T) {
	t.Parallel()
	out, err := lesson4("bytes", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var datagrams []struct {
		From, Wire, Plain string
		Packets           []struct {
			Type   string
			Opened bool
			Size   int
			Parts  []struct{ Name, Value string }
		}
	}
	if err := json.Unmarshal(out, &datagrams); err != nil {
		t.Fatal(err)
	}
	for i, d := range datagrams {
		size := 0
		for _, p := range d.Packets {
			size += p.Size
			if p.Opened != (p.Type == "Initial") || len(p.Parts) == 0 || p.Parts[0].Name != "First Byte" {
				t.Errorf("datagram %d: %+v", i+1, p)
			}
		}
		if 2*size != len(d.Wire) || len(d.Plain) != len(d.Wire) {
			t.Errorf("datagram %d has %d bytes, and its packets %d", i+1, len(d.Wire)/2, size)
		}
	}
	if len(datagrams) < 5 {
		t.Errorf("a handshake of %d datagrams", len(datagrams))
	}
}
