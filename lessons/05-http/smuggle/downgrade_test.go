package smuggle

import (
	"testing"
	"testing/synctest"
)

// lowered is what became of each of the Downgrades, by name.
func lowered(t *testing.T) map[string]Fate {
	t.Helper()
	all := map[string]Fate{}
	for _, d := range Downgrades() {
		f, err := Lower(t.Context(), d)
		if err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		all[d.Name] = f
	}
	return all
}

func TestWhatHTTP2ForbidsNeverReachesTheServerBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := lowered(t)
		for name, told := range map[string]string{
			"transfer-encoding: chunked": "400",
			"CR LF in a value":           "RST_STREAM, PROTOCOL_ERROR",
		} {
			f := all[name]
			if f.Told != told || len(f.Origin) != 0 || f.Anna != "/anna" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	})
}

func TestAProxySaysItselfWhereTheRequestEndsThatItHasWrittenInHTTP1(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := lowered(t)
		for name, want := range map[string][2]string{
			"no length":                     {"200", "POST /shop, chunks: 27 bytes, the end"},
			"content-length: 0, and DATA":   {"RST_STREAM, PROTOCOL_ERROR", "POST /shop, Content-Length 0: 0 bytes, the end"},
			"content-length: 99, less DATA": {"502", "POST /shop, Content-Length 99: 27 bytes, no end"},
		} {
			f := all[name]
			if f.Told != want[0] || len(f.Origin) != 1 || f.Origin[0] != want[1] || f.Anna != "/anna" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	})
}
