// Lesson 1 on Windows: the demo and the server. load and compare open their clients by calls
// that nobody has written for Winsock, twelve counts packets in /proc, and what try shows is
// io_uring's.
package main

import "onthewire/lessons/internal/cli"

var commands struct {
	Demo  demoCommand  `cmd:"" default:"1" help:"Show the loop at work: silent clients, a glutton, resets, wakes."`
	Serve serveCommand `cmd:"" help:"Echo on an address until interrupted."`
}

func main() {
	cli.Main("lesson1", "Lesson 1: one thread, a thousand clients.", &commands)
}
