package main

import (
	"encoding/json"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/handshakes"
)

func TestEachWayToBeginIsToldWithWhatItTookOrWhatIsMissing(t *testing.T) {
	t.Parallel()
	out, err := lesson4("handshakes", "--rtt", "1", "--rounds", "1", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Handshakes []struct {
			Name    string
			Answer  float64 `json:"answer_ms"`
			Theory  handshakes.Trips
			Missing string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(got.Handshakes) != len(handshakes.All()) {
		t.Fatalf("%d ways, want %d", len(got.Handshakes), len(handshakes.All()))
	}
	for _, h := range got.Handshakes {
		if quic := strings.HasPrefix(h.Name, "QUIC"); quic && h.Missing != "" {
			t.Errorf("%s runs on every system, and is missing: %s", h.Name, h.Missing)
		}
		if least := float64(h.Theory.Answer); h.Missing == "" && h.Answer < least {
			t.Errorf("%s: the answer after %v ms, want %v at least", h.Name, h.Answer, least)
		}
	}
}

func TestARoundTripTimeIsANumberOfMilliseconds(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"x", "1001", "50s", ""} {
		out, err := lesson4("handshakes", "--rtt", wrong).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "want milliseconds, 0 to 1000") {
			t.Errorf("--rtt %q: %v, %s", wrong, err, out)
		}
	}
}
