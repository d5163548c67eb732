package tcp

import (
	"io"
	"net"
	"testing"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestAnEndThatIsNotPassedOnIsWaitedForForEver(t *testing.T) { pitfalltest.Falls(t, Relay) }

// throughTheFixed has play speak through the relay, and returns when that has ended.
func throughTheFixed(t *testing.T, idle time.Duration, play func(client, origin *net.TCPConn)) {
	t.Helper()
	err := loopback(t.Context(), func(client, near net.Conn) error {
		return loopback(t.Context(), func(far, origin net.Conn) error {
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				relay{}.fixed(near.(*net.TCPConn), far.(*net.TCPConn), idle)
			}()
			play(client.(*net.TCPConn), origin.(*net.TCPConn))
			<-ended
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPeerThatIsSilentAfterTheOtherHasEndedIsGivenUp(t *testing.T) {
	throughTheFixed(t, 50*time.Millisecond, func(client, origin *net.TCPConn) {
		client.CloseWrite() // and the origin neither speaks nor closes
		if rest, err := io.ReadAll(origin); err != nil || len(rest) > 0 {
			t.Errorf("the origin reads %q, %v", rest, err)
		}
	})
}

func TestASlowAnswerBehindAHalfCloseArrivesWhole(t *testing.T) {
	const idle = 500 * time.Millisecond
	throughTheFixed(t, idle, func(client, origin *net.TCPConn) {
		client.CloseWrite()
		slow := time.NewTicker(idle / 8)
		defer slow.Stop()
		for i := range twelve.Bytes {
			<-slow.C
			io.WriteString(origin, twelve.Bytes[i:i+1])
		}
		origin.Close()
		if got, err := io.ReadAll(client); err != nil || string(got) != twelve.Bytes {
			t.Errorf("%q, %v", got, err)
		}
	})
}
