package all

import (
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestAPitfallThatIsCalledOffEndsSoonAndLeavesNothing(t *testing.T) {
	var experiments []experiment.Experiment
	for _, p := range Pitfalls() {
		experiments = append(experiments, p.Experiment())
	}
	experimenttest.CalledOff(t, experiments)
}

func TestEveryPitfallSaysWhatAnOperatorNeeds(t *testing.T) {
	numbers, names := map[int]bool{}, map[string]bool{}
	last := 0
	for _, p := range Pitfalls() {
		if p.Number <= last || numbers[p.Number] || names[p.Name] {
			t.Errorf("%d %s: its number or its name is another's, or it stands behind a later one", p.Number, p.Name)
		}
		last, numbers[p.Number], names[p.Name] = p.Number, true, true
		says(t, p)
	}
}

func says(t *testing.T, p pitfall.Pitfall) {
	t.Helper()
	if p.Title == "" || p.Symptom == "" || len(p.Subjects) == 0 || len(p.Messages) == 0 || len(p.Diagnose) == 0 {
		t.Errorf("%d %s: it lacks a title, a symptom, subjects, messages or a diagnosis", p.Number, p.Name)
	}
}
