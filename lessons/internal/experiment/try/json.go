package try

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"onthewire/lessons/internal/experiment"
)

// An object is what --json prints of an experiment.
type object struct {
	Name     string   `json:"name"`
	Subjects []string `json:"subjects"`
	About    string   `json:"about"`

	*result // without one, it was only listed
}

type result struct {
	Rows        []row  `json:"rows"`
	Shown       bool   `json:"shown"`
	Says        string `json:"says,omitempty"`
	Error       string `json:"error,omitempty"`
	Unavailable bool   `json:"unavailable,omitempty"`
	Remedy      string `json:"remedy,omitempty"`
}

// A row has what was seen: a number, true or false, or a text.
type row struct {
	Setting string `json:"setting"`
	Seen    any    `json:"seen"`
	Unit    string `json:"unit,omitempty"` // s, for a duration
}

func printJSON(e experiment.Experiment, r *experiment.Report, err error) error {
	o := object{Name: e.Name, Subjects: e.Subjects, About: e.About}
	if r != nil {
		o.result = &result{Rows: []row{}, Shown: r.Shown, Says: r.Says}
		for _, one := range r.Rows {
			o.Rows = append(o.Rows, rowOf(one))
		}
		if err != nil {
			o.Error = err.Error()
		}
		if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
			o.Unavailable, o.Remedy = true, no.Advice()
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(o)
}

func rowOf(r experiment.Row) row {
	switch seen := r.Seen.(type) {
	case time.Duration:
		return row{r.Setting, seen.Seconds(), "s"}
	case int, bool:
		return row{Setting: r.Setting, Seen: seen}
	}
	return row{Setting: r.Setting, Seen: Figure(r.Seen)}
}
