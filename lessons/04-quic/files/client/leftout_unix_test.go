//go:build unix

package client

import (
	"strings"
	"testing"
)

func TestWhatAListLeavesOutIsSaidOnceEachWhereverItStands(t *testing.T) {
	for _, names := range []string{"aux c", "c d?", "aux b? c d?"} {
		play(t, func(t *testing.T, s *scene) {
			want := 0
			for name := range strings.FieldsSeq(names) {
				write(t, s.there+"/"+name, 12)
				if name != "c" {
					want++
				}
			}
			s.serve()
			files, err := s.client().List(t.Context(), ".")
			if err != nil || len(files) != 1 || len(s.said) != want {
				t.Errorf("of %s: %d files, %v, and it said %q", names, len(files), err, s.said)
			}
			for name := range strings.FieldsSeq(names) {
				if name != "c" && !s.says("left out: the server says: "+name) {
					t.Errorf("it did not say %s: %q", name, s.said)
				}
			}
		})
	}
	play(t, func(t *testing.T, s *scene) {
		write(t, s.there+"/aux", 12)
		s.serve()
		_, err := s.client().List(t.Context(), ".")
		line(t, err, "is a device on Windows")
		if len(s.said) > 0 {
			t.Errorf("it said %q too", s.said)
		}
	})
}
