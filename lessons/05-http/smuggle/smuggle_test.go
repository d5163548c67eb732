package smuggle

import (
	"context"
	"errors"
	"testing"

	"onthewire/lessons/internal/leak"
)

// outcomes plays all attacks whose name and pair are in the list, and fails if one is not there.
func outcomes(t *testing.T, wanted ...[3]string) map[[3]string]Outcome {
	t.Helper()
	leak.Check(t)
	all := map[[3]string]Outcome{}
	for _, a := range Attacks() {
		o, err := Play(t.Context(), a)
		if err != nil {
			t.Fatalf("%s, %s before %s: %v", a.Name, a.Front, a.Back, err)
		}
		all[[3]string{a.Name, a.Front, a.Back}] = o
	}
	for _, key := range wanted {
		if _, ok := all[key]; !ok {
			t.Fatalf("nobody has tried %v", key)
		}
	}
	return all
}

func TestAnnaIsToldWhatTheAttackerAskedForWhereProxyAndServerDisagree(t *testing.T) {
	works := [][3]string{
		{"CL.TE", Naive, Standard},
		{"TE.CL", Standard, Naive},
		{"CL.0", Standard, Naive},
		{"obs-fold", Naive, Standard},
	}
	all := outcomes(t, works...)
	for _, key := range works {
		if all[key].Anna != "/attacker" {
			t.Errorf("%v: %v", key, all[key])
		}
	}
	if o := all[works[1]]; o.Bob != "/anna" {
		t.Errorf("TE.CL leaves an answer too many, so bob should be told anna's: %v", o)
	}
}

func TestNothingIsSmuggledPastWhoeverRefusesOrWritesAnew(t *testing.T) {
	fails := [][3]string{
		{"CL.CL", Naive, Standard},
		{"TE.TE", Naive, Standard},
		{"CL.TE", Naive, Ours},
		{"CL.TE", Ours, Standard},
		{"CL.TE", Rewriting, Standard},
	}
	all := outcomes(t, fails...)
	for _, key := range fails {
		if all[key].Smuggled() {
			t.Errorf("%v: %v", key, all[key])
		}
	}
}

func TestAnnasCookieEndsUpInTheAttackersNote(t *testing.T) {
	leak.Check(t)
	note, err := Steal(t.Context())
	if want := "GET /anna HTTP/1.1\r\nHost: wire\r\nCookie: session=42\r\n\r\n"; note != want || err != nil {
		t.Errorf("the note says %q, %v", note, err)
	}
}

func TestAnAttackEndsWithItsContext(t *testing.T) {
	leak.Check(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Play(ctx, Attacks()[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
