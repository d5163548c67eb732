package blocking

import (
	"os"
	"sync"
	"testing"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// lose loses a packet on a link of its own, again if the machine was too busy meanwhile.
func lose(t *testing.T, rival Rival, nth int) (loss Loss) {
	way := lab.Way{Delay: OneWay}
	n := &network.Network{Link: labtest.Open(t, way, way)}
	err := experiment.Steadily(&experiment.Report{}, func() (err error) {
		loss, err = Lose(t.Context(), n, rival, nth)
		return err
	})
	if err != nil {
		t.Errorf("%s, packet %d: %v", rival.Name, nth, err)
	}
	return loss
}

func TestOneLostPacketIsNoticedByTenOverTCPAndByOneOverQUIC(t *testing.T) {
	leak.Check(t)
	runs := []int{1, 20}
	if os.Getenv("SOAK") != "" {
		runs = nil
		for nth := range 20 {
			runs = append(runs, nth+1)
		}
	}
	for _, nth := range runs {
		var both sync.WaitGroup
		for rival, want := range map[*Rival]int{&TCP: Downloads, &QUIC: 1} {
			both.Go(func() {
				if loss := lose(t, *rival, nth); loss.Noticed() != want {
					t.Errorf("%s, packet %d: %d of ten have noticed: %v", rival.Name, nth, loss.Noticed(), loss)
				}
			})
		}
		both.Wait()
	}
}

func TestOfTenConnectionsOneNoticesAndOfTenHTTP2StreamsMostDo(t *testing.T) {
	leak.Check(t)
	var both sync.WaitGroup
	for rival, want := range map[*Rival][2]int{&HTTP2: {7, Downloads}, &Ten: {1, 1}} {
		both.Go(func() {
			if loss := lose(t, *rival, 5); loss.Noticed() < want[0] || loss.Noticed() > want[1] {
				t.Errorf("%s: %d of ten have noticed: %v", rival.Name, loss.Noticed(), loss)
			}
		})
	}
	both.Wait()
}
