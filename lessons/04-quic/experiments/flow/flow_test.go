package flow

import (
	"testing"
	"testing/synctest"

	"onthewire/lessons/internal/experiment"
)

func TestInVirtualTimeTheyShowItToo(t *testing.T) {
	for _, e := range []experiment.Experiment{Windows, Unread} {
		t.Run(e.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report, err := e.Run(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range report.Rows {
					t.Logf("%s: %v", row.Setting, row.Seen)
				}
				if !report.Shown {
					t.Error("it did not show")
				}
			})
		})
	}
}

func TestAWindowThatIsTooSmallIsWhatADownloadTakesARoundTripFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, window := range []uint64{16 << 10, 32 << 10} {
			rate, err := download(t.Context(), window, window)
			if err != nil {
				t.Fatal(err)
			}
			if share := rate / (float64(window) / roundTrip.Seconds()); share < 0.9 || share > ceiling {
				t.Errorf("%d bytes: %.2f of a window comes in a round trip", window, share)
			}
		}
	})
}
