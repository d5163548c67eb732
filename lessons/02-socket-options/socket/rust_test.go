//go:build linux

package socket_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/options"
)

const fromRust = "../../../docs/from-rust.md"

func fromRustText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(fromRust)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFromRustNamesEveryMethodOfSocket2(t *testing.T) {
	list, err := os.ReadFile("testdata/socket2-0.6.4.txt")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	for _, name := range strings.Fields(string(list)) {
		methods[name] = true
	}
	_, part, found := strings.Cut(fromRustText(t), `<a id="socket2"></a>`)
	if !found {
		t.Fatal("the page has no part on socket2")
	}
	part, _, _ = strings.Cut(part, `<a id="udp"></a>`)
	quoted := regexp.MustCompile("`([^`]+)`")
	named := map[string]bool{}
	inTable := false
	for _, line := range strings.Split(part, "\n") {
		if strings.HasPrefix(line, "| socket2 |") {
			inTable = true
			continue
		}
		if !strings.HasPrefix(line, "|") {
			inTable = false
		}
		if !inTable {
			continue
		}
		for _, name := range quoted.FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			named[name[1]] = true
			if !methods[name[1]] {
				t.Errorf("socket2 0.6.4 has no method %s", name[1])
			}
		}
	}
	for name := range methods {
		if !named[name] {
			t.Errorf("no table names %s", name)
		}
	}
}

// The table of options and the page name the same things, and the page says where an option
// is missing: it names the systems that have it, or those that do not.
func TestFromRustSaysOfEachOptionWhatTheTableSays(t *testing.T) {
	rows := map[string][]string{}
	for line := range strings.Lines(fromRustText(t)) {
		if cells := strings.Split(line, "|"); len(cells) == 6 {
			for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[1], -1) {
				rows[name[1]] = cells
			}
		}
	}
	systems := map[string]string{"linux": "Linux", "darwin": "macOS", "freebsd": "FreeBSD", "netbsd": "NetBSD",
		"openbsd": "OpenBSD", "dragonfly": "DragonFly", "windows": "Windows"}
	keepAlive := map[string]string{"TCP_KEEPIDLE": "tcp_keepalive_time", "TCP_KEEPINTVL": "tcp_keepalive_interval", "TCP_KEEPCNT": "tcp_keepalive_retries"}
	for _, o := range options.Table {
		name := o.Socket2
		if reads := keepAlive[o.Name]; reads != "" { // one method sets three, and three read them
			name = reads
		}
		cells := rows[name]
		switch {
		case o.Socket2 == "":
			continue
		case cells == nil:
			t.Errorf("%s: no row of the page has %s", o.Name, name)
			continue
		case !strings.Contains(cells[3], "`unix."+o.Name+"`"):
			t.Errorf("%s: the row of %s names another option:%s", o.Name, name, cells[3])
		case o.Method != "" && !strings.Contains(cells[2], "`Socket."+o.Method+"`"):
			t.Errorf("%s: the row of %s does not name Socket.%s:%s", o.Name, name, o.Method, cells[2])
		}
		has := strings.Fields(strings.Replace(o.Has, "bsd", "freebsd netbsd openbsd dragonfly", 1))
		if strings.Contains(o.Has, "freebsd") { // and not all four
			has = strings.Fields(o.Has)
		}
		named, missing := true, true
		for goos, system := range systems {
			if slices.Contains(has, goos) {
				named = named && strings.Contains(cells[4], system)
			} else {
				missing = missing && strings.Contains(cells[4], "not on "+system)
			}
		}
		if !named && !missing {
			t.Errorf("%s is on %s, and the row of %s says:%s", o.Name, o.Has, name, cells[4])
		}
	}
}
