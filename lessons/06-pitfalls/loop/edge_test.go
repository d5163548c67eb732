//go:build linux

package loop

import (
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestAnEdgeDoesNotComeAgain(t *testing.T) { pitfalltest.Falls(t, Edge) }

func TestAPeerThatSendsByteForByteWhileItIsReadIsReadWhole(t *testing.T) {
	p, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	poller, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer poller.Close()
	if err := poller.Add(p.Server, unix.EPOLLIN|unix.EPOLLET); err != nil {
		t.Fatal(err)
	}
	var peer sync.WaitGroup
	defer peer.Wait()
	const times = 100
	peer.Go(func() {
		for i := range times * len(twelve.Bytes) {
			unix.Write(p.Client, []byte{twelve.Bytes[i%len(twelve.Bytes)]})
		}
	})
	var got []byte
	for len(got) < times*len(twelve.Bytes) {
		ready, err := poller.Wait(2 * time.Second)
		if err != nil || len(ready) == 0 {
			t.Fatalf("no edge after %d bytes, %v", len(got), err)
		}
		if got, err = (edge{}).fixed(p.Server, got); err != nil {
			t.Fatal(err)
		}
	}
}
