package flow

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// ZeroCopy asks the kernel to send without a copy, and reads what it did instead.
var ZeroCopy = experiment.Experiment{
	Name:     "zerocopy",
	Subjects: []string{"SO_ZEROCOPY", "MSG_ZEROCOPY"},
	About:    "Asking the kernel not to copy, and hearing what it did",
	Do:       zeroCopy,
}

func zeroCopy(ctx context.Context, r *experiment.Report) (err error) {
	p, err := experiment.Loopback(ctx)
	if err != nil {
		return err
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	defer p.Close()
	reading.Go(func() { io.Copy(io.Discard, p.Server) })
	err = experiment.Control(p.Client, func(fd int) error {
		return os.NewSyscallError("setsockopt SO_ZEROCOPY", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ZEROCOPY, 1))
	})
	if errors.Is(err, unix.ENOPROTOOPT) {
		return &experiment.Unavailable{Why: err.Error(), Remedy: "run it on Linux 4.14 or later"}
	}
	if err != nil {
		return err
	}

	const size = 64 << 10
	sends, told, copied := 0, 0, 0
	for message := make([]byte, size); sends < 16; sends++ {
		// From here until its notice, the message is the kernel's: writing to it would change
		// what is sent.
		if err := sendPages(p.Client, message); err != nil {
			return err
		}
		n, wasCopied, err := notice(p.Client)
		if err != nil {
			return err
		}
		told += n
		if wasCopied {
			copied += n
		}
	}
	r.Add("sends with MSG_ZEROCOPY", sends)
	r.Add("notices that the pages are ours again", told)
	r.Add("of these, with the flag COPIED", copied)
	r.Shown = told >= sends && copied == told
	r.Says = "On loopback the receiver would hold the sender's own pages for as long as it likes, so the kernel copies after all, and says so."
	return nil
}

// sendPages sends all of a message without a copy, if the kernel can.
func sendPages(conn *net.TCPConn, message []byte) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	writing := raw.Write(func(fd uintptr) (done bool) {
		var n int
		n, err = unix.SendmsgN(int(fd), message, nil, nil, unix.MSG_ZEROCOPY)
		message = message[max(0, n):]
		return err != unix.EAGAIN && (err != nil || len(message) == 0)
	})
	return errors.Join(writing, os.NewSyscallError("sendmsg", err))
}

// notice waits for the error queue, and tells how many calls the notice there is about.
func notice(conn *net.TCPConn) (calls int, copied bool, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, false, err
	}
	control, n := make([]byte, 128), 0
	waiting := raw.Read(func(fd uintptr) (done bool) {
		_, n, _, _, err = unix.Recvmsg(int(fd), nil, control, unix.MSG_ERRQUEUE)
		return err != unix.EAGAIN
	})
	if err := errors.Join(waiting, os.NewSyscallError("recvmsg", err)); err != nil {
		return 0, false, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return 0, false, err
	}
	for _, m := range messages {
		if m.Header.Level != unix.SOL_IP || m.Header.Type != unix.IP_RECVERR || len(m.Data) < int(unsafe.Sizeof(unix.SockExtendedErr{})) {
			continue
		}
		// The first call and the last one, counted from 0: one notice may be for several.
		e := (*unix.SockExtendedErr)(unsafe.Pointer(&m.Data[0]))
		if e.Origin == unix.SO_EE_ORIGIN_ZEROCOPY {
			return int(e.Data-e.Info) + 1, e.Code&unix.SO_EE_CODE_ZEROCOPY_COPIED != 0, nil
		}
	}
	return 0, false, errors.New("the error queue holds something else")
}
