package lab

import (
	"errors"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// newNamespace makes a network namespace, lets prepare set it up from the inside, and
// returns a descriptor that keeps it alive.
func newNamespace(prepare func(ns *os.File) error) (ns *os.File, err error) {
	err = onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("unshare", err)
		}
		// thread-self, because self is the main thread, and that one is elsewhere.
		if ns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
			return err
		}
		return prepare(ns)
	})
	if err != nil && ns != nil {
		ns.Close()
	}
	return ns, err
}

// inside runs f on a thread in that namespace. A socket belongs for ever to the namespace
// in which it was made, so f may hand it out.
func inside(ns *os.File, f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("setns", err)
		}
		return f()
	})
}

// onThread runs f on a thread that nobody else uses meanwhile, and sends the thread home
// afterwards: a namespace belongs to a thread. One that does not get home is never unlocked,
// so it ends with its goroutine. Not every thread may end so: programs that it has started
// would die with it (Pdeathsig, see Command).
func onThread(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := errors.New("it left its goroutine by runtime.Goexit")
		defer func() { result <- err }()
		home, opening := os.Open("/proc/thread-self/ns/net")
		if opening != nil {
			err = opening
			return
		}
		defer home.Close()
		err = f()
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
	}()
	return <-result
}
