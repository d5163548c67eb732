package to3

import (
	"os"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// How close to theory a first byte comes is asked of a machine at rest, by make soak. In virtual
// time it is exact (package fetch).
func TestOnALinkOfTheLabTheFirstByteComesNoSoonerThanTheorySays(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	leak.Check(t)
	for _, w := range ways {
		least := time.Duration(w.trips) * roundTrip
		most := least + 10*time.Millisecond
		seen, tries := time.Hour, 1
		if os.Getenv("SOAK") != "" {
			tries = 30
		}
		for try := 0; try < tries && seen > most; try++ { // a busy machine adds to the time and takes nothing away
			_, took, err := w.ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen = min(seen, took)
		}
		if seen < least || tries > 1 && seen > most {
			t.Errorf("%s: the first byte came after %v, want %v to %v", w.name, seen, least, most)
		}
	}
}
