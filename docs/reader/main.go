// Docs shows the lessons in a browser, from the files of this checkout as they are now.
//
//	main → listen → server → page      a text
//	                       → source    a file of code
//	                       → find      search
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"onthewire/docs/reader/checkout"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const home = "127.0.0.1:8800"

// run is the program: its exit status is 0 when a signal ends it, 1 after an error, and 2
// for a wrong command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("docs", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: docs [--open] [--addr HOST:PORT]\n\nThe lessons in a browser.\n\n")
		flags.PrintDefaults()
	}
	open := flags.Bool("open", false, "open the page in a browser")
	addr := flags.String("addr", "", "listen on `HOST:PORT` (default "+home+", or the next free port)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "docs: unexpected argument %s\n\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if err := serve(ctx, *addr, *open, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// drainTime is how long an answer may take when the program is to end.
const drainTime = 5 * time.Second

func serve(ctx context.Context, addr string, open bool, stdout, stderr io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	own, _ := os.Executable()
	files, err := checkout.Find(cwd, filepath.Dir(own))
	if err != nil {
		return err
	}
	defer files.Close()
	listener, err := listen(ctx, addr)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String() + "/"
	fmt.Fprintln(stdout, url)

	logger := log.New(stderr, "", 0)
	site := newSite(files, logger)
	server := newServer(guard(site, addr), logger)
	warm := make(chan struct{})
	go func() {
		defer close(warm)
		site.warm(ctx)
	}()
	if open {
		if err := browse(url); err != nil {
			logger.Printf("open a browser: %v; open the address above by hand", err)
		}
	}
	drained := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(drained)
		drain, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		if server.Shutdown(drain) != nil {
			server.Close()
		}
	})
	err = server.Serve(listener) // it returns when Shutdown begins
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	} else {
		server.Close() // the listener is broken: nobody is waited for
	}
	cancel()
	<-drained
	<-warm
	return err
}

// wsaEADDRINUSE is what Windows answers where the others say EADDRINUSE.
const wsaEADDRINUSE = syscall.Errno(10048)

// listen takes the address that it is told. When it is told none, it takes the next port
// if another program has the usual one.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	if addr != "" {
		listener, err := config.Listen(ctx, "tcp", addr)
		if err != nil {
			err = fmt.Errorf("%w; an address is HOST:PORT, try --addr 127.0.0.1:0", err)
		}
		return listener, err
	}
	var err error
	for port := 8800; port < 8900; port++ {
		var listener net.Listener
		listener, err = config.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, wsaEADDRINUSE) {
			return listener, err
		}
	}
	return nil, fmt.Errorf("%w; other programs have the ports 8800 to 8899, try --addr 127.0.0.1:0", err)
}

func browse(url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", url).Start()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", url).Start()
	}
	return exec.Command("xdg-open", url).Start()
}
