package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"onthewire/lessons/internal/measure"
)

// A bench is a file to be fetched, and who fetches it.
type bench struct {
	folder string
	bytes  int64
	memory [2]int // the most that our server and our client have kept
	absent []string
}

func (b *bench) source() string { return filepath.Join(b.folder, "from") }
func (b *bench) target() string { return filepath.Join(b.folder, "to") }

func (b *bench) prepare() error {
	for _, dir := range []string{b.source(), b.target()} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	file, err := os.Create(filepath.Join(b.source(), "file"))
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, rand.Reader, b.bytes)
	return errors.Join(err, file.Close())
}

// comparison has the bare stream first, since everything is compared with it.
func (b *bench) comparison(ways throughputCommand) (*measure.Comparison, error) {
	c, err := ways.loopback(b.folder)
	if err != nil {
		return nil, err
	}
	bare := slices.IndexFunc(c.Rivals, func(r measure.Rival) bool { return r.Name == "QUIC" })
	c.Rivals[0], c.Rivals[bare] = c.Rivals[bare], c.Rivals[0]
	c.Rivals = slices.DeleteFunc(c.Rivals, func(r measure.Rival) bool { return r.Name == "QUIC, no GSO" })
	c.Rivals = append(c.Rivals,
		measure.Rival{Name: "files get", Turn: func(ctx context.Context, _ string) ([]float64, error) { return b.ours(ctx) }},
		measure.Rival{Name: "... --no-gro", Turn: func(ctx context.Context, _ string) ([]float64, error) { return b.ours(ctx, "--no-gro") }})
	if _, err := exec.LookPath("rsync"); err == nil {
		c.Rivals = append(c.Rivals, measure.Rival{Name: "rsync", Turn: func(ctx context.Context, _ string) ([]float64, error) { return b.rsync(ctx) }})
	} else {
		b.absent = append(b.absent, "There is no rsync here.")
	}
	return c, nil
}

// ours is a server of files and a get, as a person would start them.
func (b *bench) ours(ctx context.Context, flags ...string) ([]float64, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	os.Setenv("XDG_CACHE_HOME", b.folder)
	server, err := measure.Start(ctx, measure.Anywhere, program, append([]string{"files", "serve", "--root", b.source(), "--addr", "127.0.0.1:0", "--no-sync"}, flags...)...)
	if err != nil {
		return nil, err
	}
	defer server.Kill()
	address, err := server.Listening(ctx)
	if err != nil {
		return nil, err
	}
	before := used(server.PID())
	get := exec.CommandContext(ctx, program, append([]string{"files", "get", "--addr", address, "--no-sync", "-o", b.target(), "file"}, flags...)...)
	took, receiver, err := b.fetch(get, func() {
		for i, pid := range []int{server.PID(), get.Process.Pid} {
			if bytes, ok := measure.Memory(pid); ok {
				b.memory[i] = max(b.memory[i], bytes)
			}
		}
	})
	return b.row(took, used(server.PID())-before, receiver), err
}

// rsync is one without encryption, from a daemon of its own.
func (b *bench) rsync(ctx context.Context) ([]float64, error) {
	config := filepath.Join(b.folder, "rsyncd.conf")
	if err := os.WriteFile(config, []byte(rsyncd(os.Getuid(), os.Getgid(), b.source())), 0o600); err != nil {
		return nil, err
	}
	server := measure.Server{Name: "rsync", Command: []string{"rsync", "--daemon", "--no-detach", "--config=" + config, "--address=127.0.0.1", "--port={port}"}}
	daemon, address, err := server.Start(ctx, measure.Anywhere)
	if err != nil {
		return nil, err
	}
	defer daemon.Kill()
	took, receiver, err := b.fetch(exec.CommandContext(ctx, "rsync", "rsync://"+address+"/from/file", b.target()), func() {})
	return b.row(took, math.NaN(), receiver), err // it serves in a child, whose time the system tells too late
}

// rsyncd is the daemon's configuration. Only root may say who it is to be: with a gid the daemon
// calls setgroups, which is refused to others.
func rsyncd(uid, gid int, path string) string {
	who := ""
	if uid == 0 {
		who = fmt.Sprintf("uid = %d\ngid = %d\n", uid, gid)
	}
	return fmt.Sprintf("use chroot = no\n%s[from]\npath = %s\n", who, path)
}

// fetch runs a program that fetches the file, and looks again and again until it ends.
func (b *bench) fetch(get *exec.Cmd, look func()) (took, cpu time.Duration, err error) {
	defer os.Remove(filepath.Join(b.target(), "file"))
	begun := time.Now()
	if err := get.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- get.Wait() }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			look()
		case err := <-ended:
			took = time.Since(begun)
			if err != nil {
				return took, 0, fmt.Errorf("%s: %w", filepath.Base(get.Path), err)
			}
			return took, get.ProcessState.UserTime() + get.ProcessState.SystemTime(), b.same()
		}
	}
}

// same says what is wrong if the file has not come.
func (b *bench) same() error {
	about, err := os.Stat(filepath.Join(b.target(), "file"))
	if err == nil && about.Size() != b.bytes {
		err = fmt.Errorf("%d of %d bytes have come", about.Size(), b.bytes)
	}
	return err
}

func (b *bench) row(took time.Duration, sender float64, receiver time.Duration) []float64 {
	gib := float64(b.bytes) / (1 << 30)
	return []float64{float64(b.bytes) / 1e6 / took.Seconds(), sender / gib, receiver.Seconds() / gib}
}

func (b *bench) notes() []string {
	return append([]string{
		"The first four move zeroes from memory to memory. get and rsync begin with starting a program and end with a file, which has been hashed on both sides. On the right: seconds of CPU for a gibibyte, of either end.",
		fmt.Sprintf("serve kept %.0f MiB at most, get %.0f (RssAnon).", float64(b.memory[0])/(1<<20), float64(b.memory[1])/(1<<20)),
	}, b.absent...)
}

func used(pid int) float64 {
	if used, known := measure.CPU(pid); known {
		return used.Seconds()
	}
	return math.NaN()
}
