//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Lesson 1: an event loop, and an echo server on it that serves every client from one
// goroutine.
package main

import "onthewire/lessons/internal/cli"

var commands struct {
	Demo    demoCommand    `cmd:"" default:"1" help:"Show the loop at work: silent clients, a glutton, resets, wakes."`
	Serve   serveCommand   `cmd:"" help:"Echo on an address until interrupted."`
	Load    loadCommand    `cmd:"" help:"Send to an echo server, check every byte, and measure."`
	Compare compareCommand `cmd:"" help:"Measure the engines side by side."`
	Try     tryCommand     `cmd:"" help:"Show what an annex claims."`
	Twelve  twelveCommand  `cmd:"" help:"Say twelve bytes once, and count what they cost."`
}

func main() {
	cli.Main("lesson1", "Lesson 1: one thread, a thousand clients.", &commands)
}
