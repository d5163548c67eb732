// Lesson 2: socket options, each seen to act.
package main

import "onthewire/lessons/internal/cli"

var commands struct {
	Demo   demoCommand   `cmd:"" default:"1" help:"Show six options at work, from a connection's birth to its end."`
	Serve  serveCommand  `cmd:"" help:"Echo on a listener that is set up by hand."`
	List   listCommand   `cmd:"" help:"Print every option with its value on this machine, and what Go has set."`
	Try    tryCommand    `cmd:"" help:"Run an experiment: an option, and what it changes."`
	Ping   pingCommand   `cmd:"" help:"Ask an address for echoes, by hand."`
	Sniff  sniffCommand  `cmd:"" help:"Show what passes an interface, by hand."`
	Twelve twelveCommand `cmd:"" help:"Say twelve bytes over a long link, and count what they cost."`
}

func main() {
	cli.Main("lesson2", "Lesson 2: what Go has set for you, and what it does.", &commands)
}
