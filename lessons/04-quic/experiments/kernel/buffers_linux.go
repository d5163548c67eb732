package kernel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Buffers gives a socket as much room as it begins with, and as quic-go gets for it.
var Buffers = experiment.Experiment{
	Name:     "buffers",
	Subjects: []string{"SO_RCVBUF", "SO_RCVBUFFORCE", "net.core.rmem_max"},
	About:    "What a receive buffer keeps of a burst, and what it does to a download",
	Do:       buffers,
}

const (
	burst  = 4000    // datagrams
	wanted = 7 << 20 // bytes, as in quic-go's sys_conn_buffers_nonopenbsd.go
)

func buffers(ctx context.Context, r *experiment.Report) error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	first, err := receiveBuffer(conn)
	if err != nil {
		return err
	}
	got, err := grow(conn)
	if err != nil {
		return err
	}
	r.Add("a UDP socket begins with", kibibytes(first))
	r.Add("quic-go asks for 7168 KiB, and gets", kibibytes(got))
	var kept []int
	for _, bytes := range []int{first, got} {
		r.Progress("a burst into %s", kibibytes(bytes))
		n, err := keeps(conn, bytes)
		if err != nil {
			return err
		}
		kept = append(kept, n)
		r.Add(fmt.Sprintf("of %d packets, %s keep", burst, kibibytes(bytes)), n)
	}
	for _, bytes := range []int{32 << 10, first, got} {
		r.Progress("a download into %s", kibibytes(bytes))
		d, err := download(ctx, bytes)
		if err != nil {
			return err
		}
		r.Add("a download into "+kibibytes(bytes), fmt.Sprintf("lost %d: socket %d, quic-go %d", d.lost, d.dropped, d.queue))
	}
	r.Shown = kept[0] < burst && (kept[1] > kept[0] || first >= wanted)
	r.Says = "A larger buffer keeps more of what comes while nobody reads. QUIC sends again what did not fit."
	return nil
}

func kibibytes(n int) string { return fmt.Sprintf("%d KiB", n>>10) }

// receiveBuffer is what the kernel counts with: twice of what was asked for (socket(7)).
func receiveBuffer(conn *net.UDPConn) (bytes int, err error) {
	failed := experiment.Control(conn, func(fd int) error {
		bytes, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
		return os.NewSyscallError("getsockopt SO_RCVBUF", err)
	})
	return bytes, failed
}

// setReceiveBuffer sets what the kernel counts with.
func setReceiveBuffer(conn *net.UDPConn, bytes int) error {
	if err := conn.SetReadBuffer(bytes / 2); err != nil {
		return err
	}
	if set, err := receiveBuffer(conn); err != nil || set >= bytes {
		return err
	}
	return force(conn, bytes/2)
}

// force ignores net.core.rmem_max, for which it takes CAP_NET_ADMIN.
func force(conn *net.UDPConn, bytes int) error {
	return experiment.Control(conn, func(fd int) error {
		return os.NewSyscallError("setsockopt SO_RCVBUFFORCE", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, bytes))
	})
}

// grow does as quic-go does, and tells what comes of it.
func grow(conn *net.UDPConn) (bytes int, err error) {
	conn.SetReadBuffer(wanted) // which the kernel cuts without an error
	if bytes, err = receiveBuffer(conn); err == nil && bytes < wanted {
		force(conn, wanted)
		bytes, err = receiveBuffer(conn)
	}
	return bytes, err
}

// keeps sends a burst to a socket that does not read, and counts what it has kept.
func keeps(conn *net.UDPConn, bytes int) (n int, err error) {
	if err := setReceiveBuffer(conn, bytes); err != nil {
		return 0, err
	}
	data := make([]byte, size)
	for range burst {
		if _, err := conn.WriteTo(data, conn.LocalAddr()); err != nil {
			return 0, err
		}
	}
	for {
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) // on loopback it has arrived already
		if _, _, err := conn.ReadFrom(data); errors.Is(err, os.ErrDeadlineExceeded) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		n++
	}
}

// dropped is what a socket had no room for, as the kernel counts (proc_net_udp in proc(5)).
func dropped(conn *net.UDPConn) (int, error) {
	table, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		return 0, err
	}
	port := fmt.Sprintf(":%04X", conn.LocalAddr().(*net.UDPAddr).Port)
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 12 && strings.HasSuffix(f[1], port) {
			return strconv.Atoi(f[len(f)-1])
		}
	}
	return 0, fmt.Errorf("/proc/net/udp lists no socket at %v", conn.LocalAddr())
}
