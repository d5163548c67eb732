package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"onthewire/lessons/internal/lab"
)

// program is a command that has the terminal, and that a Ctrl-C reaches without our help.
func program(ctx context.Context, host *lab.Host, environment []string, name string, args ...string) *exec.Cmd {
	cmd := host.Command(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), environment...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// start runs the server's command until stop is called. It returns once the host has a
// socket that waits for somebody, so that the client's command finds it.
func start(ctx context.Context, host *lab.Host, environment []string, command string) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := host.Shell(ctx, command)
	cmd.Env, cmd.WaitDelay = append(os.Environ(), environment...), 5*time.Second
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr // standard output belongs to the client's command
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // its error says what the state says
		close(ended)
	}()
	stop = func() { cancel(); <-ended }
	for look := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-ended:
			cancel()
			return nil, fmt.Errorf("--server %q: it ended before it listened: %v", command, cmd.ProcessState)
		case <-ctx.Done():
			stop()
			return nil, ctx.Err()
		case <-look.C:
			if waits(host) {
				look.Stop()
				return stop, nil
			}
		}
	}
}

// waits tells whether a socket of the host listens, or is bound and of UDP (proc_net(5)).
func waits(host *lab.Host) (yes bool) {
	const tcpListen, udpBound = " 0A ", " 07 "
	host.Do(func() error {
		for _, file := range []string{"tcp", "tcp6", "udp", "udp6"} {
			table, _ := os.ReadFile("/proc/thread-self/net/" + file)
			yes = yes || strings.Contains(string(table), map[byte]string{'t': tcpListen, 'u': udpBound}[file[0]])
		}
		return nil
	})
	return yes
}

const congestionFile = "/proc/sys/net/ipv4/tcp_congestion_control"

func setCongestion(host *lab.Host, name string) error {
	return host.Do(func() error {
		err := os.WriteFile(congestionFile, []byte(name), 0)
		if err == nil {
			return nil
		}
		allowed, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_allowed_congestion_control")
		return fmt.Errorf("--congestion %s: %w; a host may have: %s (see net.ipv4.tcp_allowed_congestion_control in tcp(7))",
			name, err, strings.TrimSpace(string(allowed)))
	})
}

func congestion(host *lab.Host) (name string) {
	host.Do(func() error {
		text, err := os.ReadFile(congestionFile)
		name = strings.TrimSpace(string(text))
		return err
	})
	return name
}
