package cli

import (
	"errors"
	"net"
	"syscall"
)

// errorLine is the error and, where there is one, what a person would try next.
func errorLine(err error) string {
	if next := advice(err); next != "" {
		return err.Error() + "; " + next
	}
	return err.Error()
}

func advice(err error) string {
	if own, ok := errors.AsType[interface {
		error
		Advice() string
	}](err); ok {
		return own.Advice()
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program has the port, try --addr 127.0.0.1:0"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no interface of this machine has that address, try --addr 127.0.0.1:0"
	case errors.Is(err, syscall.EACCES):
		return "ports below 1024 need CAP_NET_BIND_SERVICE, try --addr 127.0.0.1:0"
	case errors.Is(err, syscall.EMFILE):
		return "this process may open no more files, see ulimit -n"
	case errors.Is(err, syscall.ENFILE):
		return "this machine may open no more files, see /proc/sys/fs/file-max"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name or the port is unknown, try --addr 127.0.0.1:0"
	}
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return "an address is HOST:PORT, try --addr 127.0.0.1:0"
	}
	return ""
}
