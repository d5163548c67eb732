package values

import (
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/internal/leak"
)

func TestWindowsHasWhatTheTableSays(t *testing.T) {
	leak.Check(t)
	values, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range options.Table {
		t.Run(o.Name, func(t *testing.T) {
			if has := strings.Contains(o.Has, "windows"); has && values[i].Err != nil {
				t.Errorf("the table says that Windows has it: %v", values[i].Err)
			}
		})
	}
}

// The claims of the lesson's text about package net on Windows.
func TestWhatGoHasSetOnWindows(t *testing.T) {
	leak.Check(t)
	values, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"TCP_NODELAY": "1", "SO_KEEPALIVE": "1", "TCP_KEEPIDLE": "15", "TCP_KEEPINTVL": "15",
		"SO_REUSEADDR": "0", "SO_BROADCAST": "1", "SO_LINGER": "off", "SO_RCVTIMEO": "0s",
	}
	for i, o := range options.Table {
		if wanted, claimed := want[o.Name]; claimed && values[i].Go != wanted {
			t.Errorf("%s is %s in Go, want %s", o.Name, values[i].Go, wanted)
		}
	}
}
