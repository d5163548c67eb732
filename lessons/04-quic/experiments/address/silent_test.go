package address

import (
	"testing"
	"testing/synctest"
)

func TestAServerFallsSilentOnceItHasSentAnUnprovenAddressThreeTimesWhatItGot(t *testing.T) {
	for _, s := range []*scenario{{datagrams: 1}, {datagrams: 1, long: true}, {datagrams: 2}, {datagrams: 2, long: true}} {
		synctest.Test(t, func(t *testing.T) {
			if err := s.play(t.Context(), 2*watch); err != nil {
				t.Error(err)
			}
			if !s.limited() || s.fromServer < s.fromClient {
				t.Errorf("%+v: for %d bytes the server sent %d", s, s.fromClient, s.fromServer)
			}
		})
	}
}

func TestARetryIsSmallerThanWhatItAnswersAndBeginsNoHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scenario{datagrams: 2, long: true, retry: true}
		if err := s.play(t.Context(), 2*watch); err != nil {
			t.Error(err)
		}
		if s.fromServer == 0 || s.fromServer > s.fromClient || s.handshakes != 0 {
			t.Errorf("for %d bytes the server sent %d and began %d handshakes", s.fromClient, s.fromServer, s.handshakes)
		}
	})
}
