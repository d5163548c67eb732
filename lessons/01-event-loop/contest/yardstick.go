//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package contest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed yardstick/epollecho.c
var source []byte

// BuildC compiles the server in C. It takes a port as its one argument. remove deletes what
// was built.
func BuildC(ctx context.Context) (program string, remove func(), err error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return "", nil, errors.New("there is no C compiler (cc); on Debian, apt install gcc libc6-dev")
	}
	dir, err := os.MkdirTemp("", "epollecho")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	program = filepath.Join(dir, "epollecho")
	cmd := exec.CommandContext(ctx, compiler, "-O2", "-x", "c", "-o", program, "-")
	cmd.Stdin = bytes.NewReader(source)
	if said, err := cmd.CombinedOutput(); err != nil {
		remove()
		line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
		return "", nil, fmt.Errorf("cc does not build it: %w: %s", err, line)
	}
	return program, remove, nil
}
