package client

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

// The tests that kill are about processes: this program again, as the one or the other side.
func TestMain(m *testing.M) {
	var err error
	switch arg := strings.Split(os.Getenv("FILES_CHILD"), "|"); arg[0] {
	case "serve":
		err = childServes(arg[1], arg[2], arg[3])
	case "get", "put":
		err = childTransfers(arg[0], arg[1], arg[2], arg[3])
	default:
		labtest.Main(m)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func childFolder(dir string) (*store.Folder, error) {
	f, err := store.Open(dir)
	if err == nil {
		f.Sync, f.Checkpoint = false, 64<<10
	}
	return f, err
}

// childServes serves until it is killed.
func childServes(dir, trust, address string) error {
	folder, err := childFolder(dir)
	if err != nil {
		return err
	}
	authority, err := devcert.LoadFrom(trust)
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	config := server.Config()
	config.MaxIdleTimeout = 500 * time.Millisecond // else a client that was killed is missed after 5 s
	listener, err := quic.ListenAddrEarly(address, server.ServerTLS(certificate), config)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	s := &server.Server{Folder: folder, Idle: 5 * time.Second, Drain: time.Second}
	return s.Serve(context.Background(), listener)
}

func childTransfers(how, dir, trust, address string) error {
	folder, err := childFolder(dir)
	if err != nil {
		return err
	}
	authority, err := devcert.LoadFrom(trust)
	if err != nil {
		return err
	}
	c := &Client{Retry: 20 * time.Second, Idle: 5 * time.Second, Say: func(string, ...any) {}}
	c.Dial = func(ctx context.Context) (*quic.Conn, error) {
		return quic.DialAddrEarly(ctx, address, server.ClientTLS(authority.Pool(), "localhost"),
			&quic.Config{HandshakeIdleTimeout: 500 * time.Millisecond, MaxIdleTimeout: 500 * time.Millisecond, KeepAlivePeriod: 100 * time.Millisecond})
	}
	defer c.Close()
	if how == "put" {
		return c.Put(context.Background(), folder, "a")
	}
	return c.Get(context.Background(), folder, "a")
}

func child(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "FILES_CHILD="+strings.Join(args, "|"))
	return cmd
}

// childServer starts a server, and returns when it listens.
func childServer(t *testing.T, dir, trust, address string) (cmd *exec.Cmd, at string) {
	t.Helper()
	cmd = child(t, "serve", dir, trust, address)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	at, err = bufio.NewReader(out).ReadString('\n')
	at = strings.TrimSpace(at)
	if _, _, wrong := net.SplitHostPort(at); err != nil || wrong != nil {
		t.Fatalf("the server says %q, %v", at, err)
	}
	return cmd, at
}

func TestAKilledClientOrServerCostsNoByteAndNoFile(t *testing.T) {
	leak.Check(t)
	rounds, whole := 1, 2<<20
	if os.Getenv("SOAK") != "" {
		rounds, whole = 100, 8<<20
	}
	both(t, func(t *testing.T, put bool) {
		for _, victim := range []string{"client", "server"} {
			for round := range rounds {
				t.Run(fmt.Sprint(victim, round), func(t *testing.T) { t.Parallel(); kill(t, put, victim, whole) })
			}
		}
	})
}

// arrived waits until so many bytes have, and tells how many that are by then.
func arrived(into string, bytes int64) (size int64) {
	for end := time.Now().Add(20 * time.Second); size < bytes && time.Now().Before(end); time.Sleep(time.Millisecond) {
		parts, _ := filepath.Glob(filepath.Join(into, ".wire-*.part"))
		if len(parts) == 0 {
			parts = []string{filepath.Join(into, "a")} // not begun yet, or through
		}
		if about, err := os.Stat(parts[0]); err == nil {
			size = about.Size()
		}
	}
	return size
}

// kill kills one side at a random moment, and sees that the next go at it ends well.
func kill(t *testing.T, put bool, victim string, whole int) {
	there, here, trust := t.TempDir(), t.TempDir(), t.TempDir()
	how, from, into := "get", there, here
	if put {
		how, from, into = "put", here, there
	}
	write(t, from+"/a", whole)
	write(t, into+"/a", 12)
	serving, address := childServer(t, there, trust, "127.0.0.1:0")
	client := child(t, how, here, trust, address)
	must(t, client.Start())
	moment := arrived(into, rand.N(int64(whole)))
	if victim == "client" {
		client.Process.Kill()
		client.Wait()
		again := child(t, how, here, trust, address)
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("after %d bytes: %s, %v", moment, out, err)
		}
	} else {
		serving.Process.Kill()
		serving.Wait()
		childServer(t, there, trust, address)
		if err := client.Wait(); err != nil {
			t.Fatalf("after %d bytes: %v", moment, err)
		}
	}
	t.Logf("killed after %d of %d bytes", moment, whole)
	equal(t, from+"/a", into+"/a")
	if left(t, into) > 0 {
		t.Errorf("after %d bytes a part is left", moment)
	}
}
