// Lesson 6: pitfalls, programs that pass on a laptop, each beside one that passes elsewhere too.
package main

import (
	"io"
	"log"
	"os"

	"onthewire/lessons/internal/cli"
)

var commands struct {
	Demo    demoCommand    `cmd:"" default:"1" help:"Play four of them: green on a laptop, red elsewhere, and one line apart."`
	List    listCommand    `cmd:"" help:"List the pitfalls."`
	Run     runCommand     `cmd:"" help:"Play a pitfall and its cure, in one scenario."`
	Find    findCommand    `cmd:"" help:"Find the pitfall behind what a program says."`
	Against againstCommand `cmd:"" help:"Let hostile clients at a server of yours, and see which pitfalls it has."`
}

func main() {
	if name := "QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING"; os.Getenv(name) == "" {
		os.Setenv(name, "true") // quic-go wants larger buffers than most systems grant, and says so each time
	}
	log.SetOutput(io.Discard) // net/http logs what these servers are made to suffer
	cli.Main("lesson6", "Lesson 6: pitfalls, programs that pass on a laptop, each beside one that passes elsewhere too.", &commands)
}
