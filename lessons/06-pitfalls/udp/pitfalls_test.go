package udp

import (
	"net"
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhatDoesNotFitIsThrownAwayWithoutAnError(t *testing.T) { pitfalltest.Falls(t, Truncation) }
func TestTheNextDatagramOverwritesTheLast(t *testing.T)         { pitfalltest.Falls(t, Buffer) }

// A datagram of the greatest length that IPv4 has is refused, and the next one is read whole.
func TestBehindADatagramThatIsTooLongTheNextIsWhole(t *testing.T) {
	err := sockets(t.Context(), func(client, server net.PacketConn) error {
		for _, size := range []int{65507, most, 0} {
			if _, err := client.WriteTo(make([]byte, size), server.LocalAddr()); err != nil {
				return err
			}
		}
		for _, want := range []struct {
			size int
			err  error
		}{{0, errTooLong}, {most, nil}, {0, nil}} {
			if got, err := (truncation{}).fixed(server); len(got) != want.size || err != want.err {
				t.Errorf("%d bytes, %v; want %d, %v", len(got), err, want.size, want.err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
