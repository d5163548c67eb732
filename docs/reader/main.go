// The docs in a browser: the texts and the code of this repository, from one program and
// without a network.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"onthewire/docs/reader/site"
)

const usual = "127.0.0.1:8800"

type command struct {
	Addr string `default:"127.0.0.1:8800" help:"HOST:PORT to listen on; port 0 takes a free one. If the default's port is taken, the next free one is."`
	Open bool   `help:"Open it in a browser."`
}

// main is the command line as the lessons have it; their own equipment is out of reach from
// here, since it is internal to them.
func main() {
	c := new(command)
	parser := kong.Must(c, kong.Name("docs"), kong.Description("Read the lessons and their code in a browser."))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "docs: %v\n\n", err)
		parser.Stdout = os.Stderr
		if parsing, ok := errors.AsType[*kong.ParseError](err); ok {
			parsing.Context.PrintUsage(false)
		}
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := c.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (c command) Run(ctx context.Context) error {
	folder, err := checkout()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder) // no link leads out of it
	if err != nil {
		return err
	}
	defer root.Close()
	listener, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	host, _, _ := net.SplitHostPort(c.Addr)
	handler, err := site.New(root.FS(), []string{host}, log.New(os.Stderr, "docs: ", 0))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(os.Stderr, "docs: ", 0),
	}
	url := "http://" + listener.Addr().String() + "/"
	fmt.Printf("listening on %s\n", url)
	if c.Open {
		if err := open(ctx, url); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	ended := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(ended)
		patience, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil {
			server.Close()
		}
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended
	return nil
}

// listen takes the address. Whoever did not choose one gets the next free port, too.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if addr != usual {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w; another program has the port, try --addr 127.0.0.1:0", err)
		}
		return listener, err
	}
	for port := 8801; errors.Is(err, syscall.EADDRINUSE) && port < 8900; port++ {
		listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	}
	return listener, err
}

// checkout is the folder of the repository: this one, or one above it, or one above the
// program.
func checkout() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	from := []string{here}
	if program, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(program))
	}
	for _, dir := range from {
		for {
			if _, err := os.Stat(filepath.Join(dir, "lessons", "01-event-loop", "README.md")); err == nil {
				return dir, nil
			}
			up := filepath.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	return "", fmt.Errorf("read the texts: there is no checkout of this repository in %s or above it; start it inside of one", here)
}
