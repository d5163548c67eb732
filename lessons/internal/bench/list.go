// Package bench is make bench: it has each lesson measure what no test asserts, and lays the results
// beside those that are committed.
//
// Read it in this order: list.go (what is measured), bench.go (one after the other), result.go (what
// came of one, and what had come of it before), chart.go (the same as a picture).
package bench

import "time"

// A Comparison is a command of a lesson that prints JSON.
type Comparison struct {
	Name   string // of its file in docs/results
	Lesson string // the number
	Args   []string
	Quick  []string      // added for a tenth of the time
	Takes  time.Duration // about, where nobody has measured it yet
	Full   bool          // only if FULL=1
	Draws  Drawing       // the chart beside its result
}

// All are in the order of the lessons.
func All() []Comparison {
	return []Comparison{
		{Name: "echo", Lesson: "1", Args: []string{"compare"}, Quick: []string{"--rounds=1", "--for=100ms", "--settings=1,100,1000"}, Takes: 90 * time.Second,
			Draws: Drawing{"messages_per_second", []string{"100", "1000", "10000"}}},
		{Name: "delayed-ack", Lesson: "2", Args: []string{"try", "nodelay"}, Takes: time.Second},
		{Name: "batches", Lesson: "3", Args: []string{"try", "batches"}, Takes: 2 * time.Second},
		{Name: "handshakes", Lesson: "4", Args: []string{"handshakes", "--rtt=0,10,50,150"}, Quick: []string{"--rtt=50", "--rounds=1"}, Takes: 80 * time.Second},
		{Name: "blocking", Lesson: "4", Args: []string{"blocking"}, Quick: []string{"--positions=1,5,20"}, Takes: 60 * time.Second},
		{Name: "throughput", Lesson: "4", Args: []string{"throughput"}, Quick: []string{"--mib=16", "--rounds=1"}, Takes: 30 * time.Second},
		{Name: "throughput-loss", Lesson: "4", Args: []string{"throughput", "--loss", "--mib=10", "--rounds=3"}, Quick: []string{"--mib=2", "--rounds=1"}, Takes: 4 * time.Minute, Full: true},
		{Name: "files", Lesson: "4", Args: []string{"files", "bench"}, Quick: []string{"--mib=64", "--rounds=1"}, Takes: 90 * time.Second,
			Draws: Drawing{Column: "megabytes_per_second"}},
		{Name: "hello", Lesson: "5", Args: []string{"ladder"}, Quick: []string{"--rounds=1", "--for=200ms"}, Takes: 30 * time.Second,
			Draws: Drawing{Column: "requests_per_second"}},
		{Name: "pool", Lesson: "5", Args: []string{"try", "idle-per-host"}, Takes: 2 * time.Second},
		{Name: "proxy", Lesson: "5", Args: []string{"compare"}, Quick: []string{"--rounds=1", "--for=200ms"}, Takes: 60 * time.Second,
			Draws: Drawing{Column: "requests_per_second"}},
		{Name: "tunnels", Lesson: "5", Args: []string{"tunnels"}, Quick: []string{"--rounds=1", "--for=200ms", "--idle=100"}, Takes: 40 * time.Second,
			Draws: Drawing{Column: "megabytes_per_second"}},
	}
}
