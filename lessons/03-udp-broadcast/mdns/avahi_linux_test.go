package mdns

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// stranger runs avahi-daemon on a host, with what testdata has for its /etc/avahi. It wants to
// be the user avahi, and to write in /run, which we grant it in a mount namespace: there avahi
// is whoever we are, and /run is empty.
func stranger(t *testing.T, host *lab.Host) {
	t.Helper()
	daemon, err := exec.LookPath("avahi-daemon")
	if err != nil {
		if daemon, err = exec.LookPath("/usr/sbin/avahi-daemon"); err != nil {
			t.Skip("there is no avahi-daemon here; sudo apt install avahi-daemon")
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"passwd": "root:x:0:0::/:/bin/sh\navahi:x:0:0::/:/bin/sh\n", "group": "root:x:0:\navahi:x:0:\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := `set -e
mount -t tmpfs none /run
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
mount --bind "$2" /etc/avahi
exec "$3" --no-drop-root --no-chroot --no-rlimits --no-proc-title 2>&1`
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	cmd := host.Command(ctx, "unshare", "--mount", "sh", "-c", script, "sh", dir, filepath.Join(here, "testdata", "avahi"), daemon)
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(said); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		stop()
		for range lines {
		}
		cmd.Wait()
	})
	var all []string
	for line := range lines {
		all = append(all, line)
		if strings.Contains(line, "printer.service) successfully established") {
			go func() {
				for range lines {
				}
			}()
			return
		}
	}
	t.Fatalf("avahi-daemon has ended:\n%s", strings.Join(all, "\n"))
}

// lookup asks from a host of the segment.
func lookup(t *testing.T, host *lab.Host, way, name string) []Service {
	t.Helper()
	var link *Link
	if err := host.Do(func() (err error) { link, err = Open(way); return err }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	all, err := link.Lookup(ctx, Complete(name), func(from net.Addr, why error) { t.Errorf("dropped what %v said: %v", from, why) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAStrangerAnswers(t *testing.T) {
	leak.Check(t)
	s := labtest.OpenSegment(t, 2)
	stranger(t, s.Hosts[1])
	own6 := []netip.Addr{s.Hosts[1].Addr6}
	both := append([]netip.Addr{s.Hosts[1].Addr}, own6...)
	for way, addrs := range map[string][]netip.Addr{"lan IPv4": both, "lan IPv6": own6} {
		for name, want := range map[string]Service{
			"_ipp._tcp":              {Name: "A printer._ipp._tcp.local.", Host: "stranger.local.", Port: 631, Text: []string{"rp=ipp/print"}, Addrs: addrs},
			"stranger":               {Name: "stranger.local.", Host: "stranger.local.", Addrs: addrs},
			"_services._dns-sd._udp": {Name: "_ipp._tcp.local."}, // which services there are (RFC 6763 §9)
		} {
			t.Run(way+" "+name, func(t *testing.T) {
				t.Parallel()
				if all := lookup(t, s.Hosts[0], way, name); len(all) != 1 || !reflect.DeepEqual(all[0], want) {
					t.Errorf("found %+v, want %+v", all, want)
				}
			})
		}
	}
}
