package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/lab"
)

// serve gives the other host something to talk to. It ends with the program.
func serve(host *lab.Host) error {
	echo, err := host.Listen("tcp", ":7") // IPv4 and IPv6
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := echo.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(conn, conn)
				conn.Close()
			}()
		}
	}()
	web, err := host.Listen("tcp", ":80")
	if err != nil {
		return err
	}
	go http.Serve(web, http.HandlerFunc(page))
	return nil
}

// page is as long as its name says.
func page(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.ParseInt(strings.Trim(r.URL.Path, "/"), 10, 64)
	if err != nil || size < 0 {
		io.WriteString(w, "hello, wire\n")
		return
	}
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	io.CopyN(w, twelve{}, size)
}

// twelve is an endless repetition of the twelve bytes.
type twelve struct{}

func (twelve) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= 12 {
		n += copy(p[n:], "hello, wire\n")
	}
	if n == 0 {
		n = copy(p, "hello, wire\n")
	}
	return n, nil
}

// capture begins to write the packets to a file. Programs leave their TLS keys in another
// one, and end puts both together.
func capture(link *lab.Link, path string) (keys string, end func() error, err error) {
	file, err := os.Create(path)
	if err != nil {
		return "", nil, cli.NotWritten(err)
	}
	dir, err := os.MkdirTemp("", "lab-keys-")
	if err != nil {
		return "", nil, errors.Join(err, file.Close())
	}
	keys = filepath.Join(dir, "keys.log")
	collected := link.Capture(file)
	return keys, func() error {
		defer os.RemoveAll(dir)
		if log, err := os.ReadFile(keys); err == nil {
			collected.KeyLog().Write(log)
		}
		fmt.Fprintf(os.Stderr, "lab: the packets are in %s\n", path)
		return errors.Join(collected.Close(), file.Close())
	}, nil
}
