package tcp

import (
	"io"
	"net"
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhatTheServerHasWrittenIsLostWithItsReset(t *testing.T) { pitfalltest.Falls(t, Close) }

// A peer that goes on sending, and reads nothing, is no reason to stay.
func TestAPeerThatNeverStopsIsLeftAfterAWhile(t *testing.T) {
	err := loopback(t.Context(), func(client, server net.Conn) error {
		flooding := make(chan struct{})
		go func() {
			defer close(flooding)
			for {
				if _, err := client.Write(make([]byte, 1000)); err != nil {
					return
				}
			}
		}()
		if err := (closing{}).fixed(server.(*net.TCPConn)); err == nil {
			t.Error("it ended as if the peer had closed")
		}
		if _, err := server.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("reading goes on: %v", err)
		}
		<-flooding
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
