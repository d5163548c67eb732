package cli

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"onthewire/lessons/internal/errno"
)

// errorLine is the error and, where whoever returned it knew, what a person would try next.
func errorLine(err error) string {
	if own, ok := errors.AsType[interface {
		error
		Advice() string
	}](err); ok {
		return err.Error() + "; " + own.Advice()
	}
	switch { // these two mean the same whoever asked, for whatever
	case errno.Is(err, syscall.EMFILE):
		return err.Error() + "; this process may open no more files, see ulimit -n"
	case errno.Is(err, syscall.ENFILE):
		return err.Error() + "; this machine may open no more files, see /proc/sys/fs/file-max"
	}
	return err.Error()
}

// An advised error knows what a person would try next.
type advised struct {
	error
	next string
}

func (a advised) Unwrap() error  { return a.error }
func (a advised) Advice() string { return a.next }

// Advise adds to an error what a person would try next.
func Advise(err error, next string) error { return advised{err, next} }

// A Flag is an option and the address that it has.
type Flag struct{ Name, Addr string }

// NotListening adds advice to why a server does not listen on the address that --addr names, or one
// of the others.
func NotListening(err error, others ...Flag) error {
	next, try := "", "--addr"
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
		for _, other := range others {
			if other.Addr == op.Addr.String() {
				try = other.Name
			}
		}
	}
	try += " 127.0.0.1:0"
	switch {
	case errno.Is(err, syscall.EADDRINUSE):
		next = "another program has the port, try " + try
	case errno.Is(err, syscall.EADDRNOTAVAIL):
		next = "no interface of this machine has that address, try " + try
	case errno.Is(err, syscall.EACCES):
		next = "ports below 1024 need CAP_NET_BIND_SERVICE, try " + try
	case errno.Is(err, syscall.EINVAL) && strings.Contains(err.Error(), "%"):
		next = "the zone after % is no interface of this machine"
	default:
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			next = "the name or the port is unknown, try " + try
		} else if _, ok := errors.AsType[*net.AddrError](err); ok {
			next = "an address is HOST:PORT, try " + try
		}
	}
	if next == "" {
		return err
	}
	return advised{err, next}
}

// NotWritten adds advice to why a file that a flag names cannot be made.
func NotWritten(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return advised{err, "this user may not write there, try a file in " + os.TempDir()}
	}
	return err
}
