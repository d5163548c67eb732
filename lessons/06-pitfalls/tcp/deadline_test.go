package tcp

import (
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhoNeverSpeaksKeepsAGoroutine(t *testing.T) { pitfalltest.Falls(t, Deadline) }

// The deadline is for the whole line, so a byte now and then wins no time.
func TestAPeerThatSendsAByteNowAndThenIsGivenUpAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		var sending sync.WaitGroup
		sending.Go(func() {
			for {
				if _, err := client.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		begun := time.Now()
		_, err := deadline{}.fixed(server, 10*time.Second)
		if took := time.Since(begun); !errors.Is(err, os.ErrDeadlineExceeded) || took != 10*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		server.Close()
		sending.Wait()
	})
}
