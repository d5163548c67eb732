package main

import (
	"encoding/json"
	"testing"

	"onthewire/lessons/internal/measure"
)

func TestCompareSetsProxiesSideBySide(t *testing.T) {
	out, err := lesson5("compare", "--rounds", "1", "--for", "10ms", "--conns", "3", "--json").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Settings []struct{ Servers []measure.Row }
	}
	if err := json.Unmarshal(out, &got); err != nil || len(got.Settings) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := map[string]bool{}
	for _, server := range got.Settings[0].Servers {
		seen[server.Name] = server.Skipped == "" && server.Median["requests_per_second"] > 0 && server.Median["cpu_us_per_request"] > 0
	}
	for _, name := range []string{"tuned", "default", "flushed", "proxy", "proxy --fast", "gateway", "gateway of 2", direct} {
		if !seen[name] {
			t.Errorf("%s was not measured\n%s", name, out)
		}
	}
}
