// Package cli is the command line that all lessons share: commands and flags, signals,
// the one line that an error gets, and the exit status.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses. A command line that makes no sense exits 2 with the usage.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 128 + int(syscall.SIGINT)
)

// Main runs the command that the command line names, and exits. The commands are a struct
// as kong reads it; each has a method Run(context.Context) error. The first SIGINT or
// SIGTERM ends that context; a second one ends the program at once.
func Main(name, about string, commands any) {
	os.Exit(run(name, about, commands, os.Args[1:], os.Stderr))
}

func run(name, about string, commands any, args []string, stderr io.Writer) int {
	parser, err := kong.New(commands, kong.Name(name), kong.Description(about),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 80}))
	if err != nil {
		panic(err) // the struct itself is wrong: no command line can help
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n\n", name, err)
		usage(parser, err, stderr)
		return exitUsage
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from here on a signal kills, as it does by default
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run()
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "interrupted")
		return exitInterrupted
	}
	fmt.Fprintln(stderr, errorLine(err))
	return exitFailed
}

// usage prints the usage of the command that was meant, as far as that is known.
func usage(parser *kong.Kong, err error, to io.Writer) {
	parser.Stdout = to
	if parsing, ok := errors.AsType[*kong.ParseError](err); ok {
		parsing.Context.PrintUsage(false)
	}
}

// Listening tells where a server can be reached. It is the first line of its output, and
// scripts wait for it.
func Listening(address fmt.Stringer) {
	fmt.Printf("listening on %s\n", address)
}
