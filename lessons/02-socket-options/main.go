// Lesson 2: socket options, each seen to act.
package main

import "onthewire/lessons/internal/cli"

var commands struct {
	Try tryCommand `cmd:"" help:"Run an experiment."`
}

func main() {
	cli.Main("lesson2", "Lesson 2: what Go has set for you, and what it costs.", &commands)
}
