package bench

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"onthewire/lessons/internal/measure"
)

// A Result is what a comparison has printed, and when.
type Result struct {
	Command string          `json:"command"`
	Date    string          `json:"date"`
	Machine measure.Machine `json:"machine"`
	Took    float64         `json:"took_seconds"`
	Output  json.RawMessage `json:"output"`
}

// table is the part of a command's JSON that all comparisons of rivals have.
type table struct {
	Machine  measure.Machine
	Rounds   int
	Settings []struct {
		Setting string // its key
		Name    string
		Servers []measure.Row
	}
}

func (r Result) table() (t table) {
	json.Unmarshal(r.Output, &t) // what is not of this form has no settings
	return t
}

// noise is how far apart the rounds of what the others are compared with were, as a share: of its
// quietest column, in the noisiest setting. Of one round it is 0.
func (r Result) noise() (most float64, where string) {
	for _, s := range r.table().Settings {
		if len(s.Servers) == 0 || len(s.Servers[0].Spread) == 0 {
			continue
		}
		least := math.Inf(1)
		for _, spread := range s.Servers[0].Spread {
			least = min(least, spread)
		}
		if least > most {
			most, where = least, s.Name
		}
	}
	return most, where
}

// differs tells where two results give another ratio to a rival, by more than a share.
func (r Result) differs(from Result, share float64) (lines []string) {
	before := map[string]float64{}
	each(from.table(), func(key string, ratio float64) { before[key] = ratio })
	each(r.table(), func(key string, ratio float64) {
		if was, known := before[key]; known && math.Abs(ratio-was) > share*was {
			lines = append(lines, fmt.Sprintf("%s: x%.2f here, x%.2f there", key, ratio, was))
		}
	})
	return lines
}

func each(t table, tell func(key string, ratio float64)) {
	for _, s := range t.Settings {
		for i, server := range s.Servers {
			if i == 0 {
				continue // it is what the others are compared with
			}
			columns := make([]string, 0, len(server.Ratio))
			for column := range server.Ratio {
				columns = append(columns, column)
			}
			slices.Sort(columns)
			for _, column := range columns {
				tell(fmt.Sprintf("%s, %s, %s", s.Name, server.Name, column), server.Ratio[column])
			}
		}
	}
}

// read is what is committed of a comparison. Where there is nothing yet, the error is fs.ErrNotExist.
func read(folder, name string) (r Result, err error) {
	path := filepath.Join(folder, name+".json")
	text, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil || len(r.Output) == 0 {
		return Result{}, fmt.Errorf("%s is damaged, or older than this program (%v)", path, err)
	}
	return r, nil
}

var build = regexp.MustCompile(`("kernel": ?"\d+\.\d+)[^"]*"`)

// write replaces what is committed. Of a kernel's version it keeps what others could have, too.
func (r Result) write(folder, name string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	text = build.ReplaceAll(text, []byte(`$1"`))
	return os.WriteFile(filepath.Join(folder, name+".json"), append(text, '\n'), 0o666)
}

func today() string { return time.Now().Format(time.DateOnly) }
