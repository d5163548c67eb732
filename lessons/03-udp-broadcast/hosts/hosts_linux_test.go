package hosts

import (
	"context"
	"errors"
	"testing"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// begin runs three nodes until the end of the test.
func begin(t *testing.T) (*Nodes, context.Context) {
	t.Helper()
	leak.Check(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	n, err := Start(ctx, time.Second, "anna", "bob", "cleo")
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		cancel()
		t.Skipf("%v; %s", no, no.Advice())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		cancel()
	})
	return n, ctx
}

func (n *Nodes) wants(t *testing.T, ctx context.Context, host int, names ...string) {
	t.Helper()
	if _, err := n.Until(ctx, host, names...); err != nil {
		t.Fatalf("host %d never lists %v: %v", host, names, err)
	}
}

func TestHostsFindEachOtherByBothVersionsOfIP(t *testing.T) {
	n, ctx := begin(t)
	for host, others := range [][]string{{"bob", "cleo"}, {"anna", "cleo"}, {"anna", "bob"}} {
		n.wants(t, ctx, host, others...)
	}
	for _, link := range []string{"lan IPv4", "lan IPv6"} {
		n.heard(t, ctx, link)
	}
}

// heard waits until the first host lists both others on a link.
func (n *Nodes) heard(t *testing.T, ctx context.Context, link string) {
	t.Helper()
	for {
		n.mu.Lock()
		count, changed := 0, n.changed
		for p := range n.lists[0] {
			if p.Link == link {
				count++
			}
		}
		n.mu.Unlock()
		if count == 2 {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d hosts were heard on %s, want 2", count, link)
		}
	}
}

func TestAHostThatIsCutOffExpiresAndComesBack(t *testing.T) {
	n, ctx := begin(t)
	n.wants(t, ctx, 0, "bob", "cleo")
	if err := n.Segment.Hosts[2].Unplug(); err != nil {
		t.Fatal(err)
	}
	n.wants(t, ctx, 0, "bob")
	if err := n.Segment.Hosts[2].Plug(); err != nil {
		t.Fatal(err)
	}
	n.wants(t, ctx, 0, "bob", "cleo")
}
