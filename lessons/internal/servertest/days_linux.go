package servertest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A process wakes up to a deadline that is over and to bytes that came in time.
func aSuspendedServerAnswersWhatCameMeanwhile(t *testing.T, s *Server) {
	const idle = 200 * time.Millisecond
	srv := s.program(t, Settings{Drain: usual, Idle: idle})
	c := srv.client()
	must(t, unix.Kill(srv.pid, unix.SIGSTOP))
	c.ask(short)
	time.Sleep(idle * 3 / 2) // it is suspended for so long
	must(t, unix.Kill(srv.pid, unix.SIGCONT))
	c.answered(short)
	srv.stop()
	srv.wait()
}

// The server may have few descriptors, and silent clients take them all. Nobody leaves. The
// limit stands from the start: an accept that io_uring has under way keeps the one it knew.
func runningOutOfDescriptors(t *testing.T, s *Server) {
	const few = 40
	srv := s.program(t, Settings{Drain: usual}, "sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, few))
	c := srv.client()
	c.hello()
	var silent [few]*net.TCPConn
	for i := range silent {
		silent[i] = dial(t, srv.address)
	}
	unlucky := srv.client() // it is in the queue, as far as it knows it is connected
	unlucky.ask(short)
	for end := time.Now().Add(timeout); len(descriptors(t, srv.pid)) < few; {
		if time.Now().After(end) {
			t.Fatal("the server has descriptors left and does not accept")
		}
		time.Sleep(time.Millisecond)
	}
	const span = 400 * time.Millisecond
	before := cpu(t, srv.pid)
	unlucky.hear.SetReadDeadline(time.Now().Add(span))
	if n, err := unlucky.hear.Read(make([]byte, 1)); n > 0 || err == io.EOF {
		t.Errorf("with no descriptor left a client reads %d, %v", n, err)
	}
	unlucky.hear.SetReadDeadline(time.Now().Add(timeout))
	if busy := cpu(t, srv.pid) - before; busy > span/4 {
		t.Errorf("the server was busy for %v of %v in which it could do nothing: it is spinning", busy, span)
	}
	c.hello() // who is in is served
	for _, conn := range silent {
		conn.Close()
	}
	unlucky.answered(short)
	srv.stop()
	srv.wait()
}

// Accept fails for good, while one client is silent and another one does not read.
func aBrokenListenerEndsTheServerAtOnce(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: usual})
	c := srv.client()
	c.hello()
	if srv.talk.Stream {
		flood(t, srv.glutton().say, noise())
	}
	begun := time.Now()
	BreakListeners(t, srv.pid)
	if status := exitStatus(srv.end()); status != 1 {
		t.Errorf("the server ended with exit status %d, want 1", status)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// The first sockets that a program opens could become its standard output.
func closedStandardStreamsHurtNobody(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: usual}, "sh", "-c", `exec "$0" "$@" <&- >&- 2>&-`)
	for end := time.Now().Add(timeout); srv.address == ""; {
		for _, fd := range listeners(t, srv.pid) {
			name, err := unix.Getsockname(fd)
			must(t, err)
			srv.address = fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
		}
		if time.Now().After(end) {
			t.Fatal("the server does not listen")
		}
		time.Sleep(5 * time.Millisecond)
	}
	srv.client().hello()
	srv.stop()
	srv.wait()
}

// descriptors are those that a process has open.
func descriptors(t *testing.T, pid int) (all []int) {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must(t, err)
	for _, entry := range entries {
		fd, _ := strconv.Atoi(entry.Name())
		all = append(all, fd)
	}
	return all
}

// BreakListeners makes accept(2) fail with EINVAL from now on, at all the listeners that a
// process has.
func BreakListeners(t *testing.T, pid int) {
	t.Helper()
	all := listeners(t, pid)
	if len(all) == 0 {
		t.Fatalf("process %d does not listen", pid)
	}
	for _, listener := range all {
		if err := unix.Shutdown(listener, unix.SHUT_RD); err != unix.ENOTCONN { // that is one we have broken, under another number
			must(t, err)
		}
	}
}

// listeners are the listening sockets of a process, as descriptors of ours.
func listeners(t *testing.T, pid int) (all []int) {
	t.Helper()
	process, err := unix.PidfdOpen(pid, 0)
	must(t, err)
	defer unix.Close(process)
	for _, theirs := range descriptors(t, pid) {
		fd, err := unix.PidfdGetfd(process, theirs, 0)
		if err == unix.EPERM || err == unix.ENOSYS {
			t.Skipf("pidfd_getfd: %v; a sandbox forbids it, try outside the container", err)
		}
		if err != nil {
			continue // it has been closed meanwhile
		}
		if on, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); on == 0 {
			unix.Close(fd)
			continue
		}
		all = append(all, fd)
		t.Cleanup(func() { unix.Close(fd) })
	}
	return all
}

// cpu is how much processor time a process has used; see proc_pid_stat(5).
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	must(t, err)
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

// arrived waits until the server's kernel has everything, or takes no more for a while.
func arrived(conn *net.TCPConn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); time.Sleep(time.Millisecond) {
		left := 0
		raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
		if left == 0 {
			return
		}
	}
}
