package lab

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/lab/netlink"
)

// entered marks the process that Enter has started.
const entered = "ONTHEWIRE_LAB"

// Enter makes sure that this process may open a lab. Root may. Anybody else gets a user
// namespace, in which one is root over what one makes oneself (user_namespaces(7)). A
// program with several threads, as every Go program is, cannot move into one, so Enter runs
// the program again there, with the same arguments, and exits as that one did. Call it
// before the command does anything. Where no namespace can be had, the error is an
// *experiment.Unavailable.
func Enter() error { return enter(0) }

// EnterAlone is Enter with a PID namespace, for root too: when this process ends, however
// it ends, all that it has started ends, and what those have started
// (pid_namespaces(7)). The program is run again in there.
func EnterAlone() error { return enter(unix.CLONE_NEWPID) }

func enter(more uintptr) error {
	err := onThread(func() error { return unix.Unshare(unix.CLONE_NEWNET) })
	switch {
	case err == nil && os.Getenv(entered) != "":
		return netlink.Up("lo", true) // a new namespace has a loopback, and it is down
	case err == nil && more == 0:
		return nil
	case err == nil: // root, who needs no user namespace
	case !errors.Is(err, unix.EPERM) || os.Getenv(entered) != "":
		return noNamespace(os.NewSyscallError("unshare", err))
	}
	again := exec.Command("/proc/self/exe", os.Args[1:]...)
	again.Args[0] = os.Args[0]
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.Env = append(os.Environ(), entered+"=1")
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | more, Pdeathsig: syscall.SIGKILL}
	if err != nil {
		again.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	runtime.LockOSThread() // Pdeathsig is about the death of the thread that starts it
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if err := again.Start(); err != nil {
		return noNamespace(err)
	}
	go func() {
		for s := range signals {
			// Ctrl-C goes to all programs of the terminal, so this one has it already.
			if s != os.Interrupt || !onTerminal() {
				again.Process.Signal(s)
			}
		}
	}()
	again.Wait() // its error says what the state says
	os.Exit(Status(again.ProcessState))
	return nil
}

func onTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	terminal.Close()
	return true
}
