package fetch

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAServerOffersIsReadAsTheRFCHasIt(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string][]Offer{
		``:                                    nil,
		`h3=":443"`:                           {{"h3", "", "443", day}},
		`h3=":443"; ma=60`:                    {{"h3", "", "443", time.Minute}},
		`h3=":443"; MA=60; persist=1`:         {{"h3", "", "443", time.Minute}},
		`h3="alt.example.com:8443"`:           {{"h3", "alt.example.com", "8443", day}},
		`h3="[::1]:8443"`:                     {{"h3", "::1", "8443", day}},
		`h3=":443"; ma=60, h2="a,b;c:44"`:     {{"h3", "", "443", time.Minute}, {"h2", "a,b;c", "44", day}},
		`h3=":443", h3-29=":443"; ma=1`:       {{"h3", "", "443", day}, {"h3-29", "", "443", time.Second}},
		`h3=443`:                              nil,
		`h3=":65536"`:                         nil,
		`h3=":https"`:                         nil,
		`=":443"`:                             nil,
		`h3`:                                  nil,
		`;,;,"`:                               nil,
		`h3=":443"; ma=999999999999999999999`: {{"h3", "", "443", day}},
	} {
		got, clear := Offers([]string{text})
		if diff := cmp.Diff(want, got); diff != "" || clear {
			t.Errorf("%s: clear %t, (-want +got)\n%s", text, clear, diff)
		}
	}
	if got, clear := Offers([]string{`h3=":443"`, `clear`}); got != nil || !clear {
		t.Errorf("clear: %v, %t", got, clear)
	}
}

func FuzzOffers(f *testing.F) {
	f.Add(`h3=":443"; ma=60, h2="a,b;c:44"`)
	f.Add(`clear`)
	f.Add(`h3="[::1]:1`)
	f.Fuzz(func(t *testing.T, text string) {
		offers, clear := Offers([]string{text})
		if clear && offers != nil {
			t.Error("it takes all back, and offers something")
		}
		for _, o := range offers {
			if _, err := strconv.ParseUint(o.Port, 10, 16); err != nil || o.Protocol == "" || o.MaxAge < 0 {
				t.Errorf("%q: %+v", text, o)
			}
		}
	})
}
