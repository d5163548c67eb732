//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/internal/measure"
)

func TestCompareSetsServersSideBySide(t *testing.T) {
	rival := "--rival=twin=" + os.Args[0] + " serve --addr 127.0.0.1:{port}"
	out, said, status := outcome(lesson1("compare", "--engines", "loop", rival, "--settings", "1,pipeline", "--rounds", "1", "--for", "50ms", "--json"))
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	var got struct {
		Settings []struct {
			Setting string
			Servers []measure.Row
		}
		Notes []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(got.Settings) != 2 || got.Settings[0].Setting != "1" || got.Settings[1].Setting != "pipeline" {
		t.Fatalf("want the settings 1 and pipeline\n%s", out)
	}
	for _, setting := range got.Settings {
		if len(setting.Servers) != 2 || setting.Servers[0].Name != "loop" || setting.Servers[1].Name != "twin" {
			t.Errorf("want loop and twin\n%s", out)
		}
		for _, server := range setting.Servers {
			if server.Rounds != 1 || server.Skipped != "" || server.Median["messages_per_second"] <= 0 || server.Median["p99_us"] <= 0 {
				t.Errorf("%s at %s: %+v", server.Name, setting.Setting, server)
			}
			if _, known := server.Median["cpu_us_per_message"]; !known && len(measure.CPUs()) > 0 {
				t.Errorf("%s at %s: no CPU time", server.Name, setting.Setting)
			}
		}
	}
}

func TestComparePrintsATable(t *testing.T) {
	rival := "--rival=nobody=/nonexistent/server {port}"
	out, said, status := outcome(lesson1("compare", "--engines", "loop,tiny", rival, "--settings", "100", "--rounds", "1", "--for", "50ms"))
	if status != 0 {
		t.Fatalf("status %d\n%s", status, said)
	}
	fits(t, 80, out)
	for _, part := range []string{
		"Without nobody: ", "servers: 2", "100 connections x 64 bytes\n", "\n  loop  ", "\n  tiny  ", "Every round won by loop against tiny: ",
		"  quoted  ", "  mio  ", "500,000   0.5 ms     loop  ",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("it does not say %q\n%s", part, out)
		}
	}
}

func TestCompareIsToldWhatMakesNoSense(t *testing.T) {
	for _, words := range [][]string{
		{"--rounds", "0"}, {"--for", "1ms"}, {"--settings", "7"}, {"--engines", "steam"}, {"--engines", "loop,loop"},
		{"--rival", "x"}, {"--rival", "x=server"}, {"--rival", "=server {port}"}, {"--rival", "loop=server {port}"}, {"--rival", "x={port}", "--rival", "x={port}"},
	} {
		_, said, status := outcome(lesson1(append([]string{"compare"}, words...)...))
		if status != 2 || !strings.Contains(said, "Usage: lesson1 compare") {
			t.Errorf("compare %q: status %d, want 2 and the usage\n%s", words, status, said)
		}
	}
}
