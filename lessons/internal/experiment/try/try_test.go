package try_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/try"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

var three = []experiment.Experiment{
	{Name: "shows", Subjects: []string{"A"}, About: "one that shows", Do: func(_ context.Context, r *experiment.Report) error {
		r.Add("waited", 1500*time.Millisecond)
		r.Add("bytes", 12)
		r.Shown, r.Says = true, "It does."
		return nil
	}},
	{Name: "lacks", Subjects: []string{"B"}, About: "one that is not possible here", Do: func(context.Context, *experiment.Report) error {
		return &experiment.Unavailable{Why: "a raw socket: not permitted", Remedy: "run it as root"}
	}},
	{Name: "does-not", Subjects: []string{"C"}, About: "one that does not", Do: func(_ context.Context, r *experiment.Report) error {
		r.Add("bytes", 0)
		return nil
	}},
}

// What is not possible here keeps nobody from the rest, and is no failure. What did not show
// is one.
func ExampleCommand_all() {
	fmt.Println(try.Command{Name: "all", JSON: true}.Try(context.Background(), "lesson0", three))
	// Output:
	// {
	//   "name": "shows",
	//   "subjects": [
	//     "A"
	//   ],
	//   "about": "one that shows",
	//   "rows": [
	//     {
	//       "setting": "waited",
	//       "seen": 1.5,
	//       "unit": "s"
	//     },
	//     {
	//       "setting": "bytes",
	//       "seen": 12
	//     }
	//   ],
	//   "shown": true,
	//   "says": "It does."
	// }
	// {
	//   "name": "lacks",
	//   "subjects": [
	//     "B"
	//   ],
	//   "about": "one that is not possible here",
	//   "rows": [],
	//   "shown": false,
	//   "error": "a raw socket: not permitted",
	//   "unavailable": true,
	//   "remedy": "run it as root"
	// }
	// {
	//   "name": "does-not",
	//   "subjects": [
	//     "C"
	//   ],
	//   "about": "one that does not",
	//   "rows": [
	//     {
	//       "setting": "bytes",
	//       "seen": 0
	//     }
	//   ],
	//   "shown": false
	// }
	// try all: 1 of 3 did not show, try them alone: does-not
}

func ExampleCommand_list() {
	fmt.Println(try.Command{List: true}.Try(context.Background(), "lesson0", three))
	fmt.Println(try.Command{Name: "show"}.Try(context.Background(), "lesson0", three))
	// Output:
	//   shows           one that shows
	//   lacks           one that is not possible here
	//   does-not        one that does not
	// <nil>
	// there is no experiment "show"
}
