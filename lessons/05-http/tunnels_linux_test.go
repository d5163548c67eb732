package main

import (
	"regexp"
	"testing"
)

func TestTunnelsSaysWhatATunnelCosts(t *testing.T) {
	out, err := lesson5("tunnels", "--rounds", "1", "--for", "10ms", "--conns", "1,2", "--idle", "20").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{`at once: 1\n\n.*\n  direct +[\d,]+`, `at once: 2\n\n.*\n  direct +[\d,]+`, `tunnel +[\d,]+`, `20 idle tunnels: [\d.-]+ KB of memory and [\d.]+ descriptors of the proxy each`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("it does not say %s:\n%s", want, out)
		}
	}
}
