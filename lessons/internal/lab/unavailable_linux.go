package lab

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// noTUN says what an error of /dev/net/tun means.
func noTUN(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV):
		return unavailable(err.Error(), "load the driver with: sudo modprobe tun; a container needs --device /dev/net/tun")
	case errors.Is(err, fs.ErrPermission):
		return unavailable(err.Error(), "run it as root, or let everybody make devices of their own: sudo chmod 0666 /dev/net/tun")
	}
	return err
}

// noNamespace says what a refused namespace means.
func noNamespace(err error) error {
	if _, known := errors.AsType[*experiment.Unavailable](err); known || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.ENOSPC) {
		return err // ENOSPC: as many as max_user_namespaces or max_net_namespaces allows
	}
	return unavailable("a network namespace: "+err.Error(), remedy())
}

// remedy looks for the setting that forbids namespaces to those who are not root.
func remedy() string {
	for _, s := range []struct{ path, forbids, advice string }{
		{"/proc/sys/user/max_user_namespaces", "0", "sudo sysctl user.max_user_namespaces=10000"},
		{"/proc/sys/user/max_net_namespaces", "0", "sudo sysctl user.max_net_namespaces=10000"},
		{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl kernel.unprivileged_userns_clone=1"},
		{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
	} {
		if now, err := os.ReadFile(s.path); err == nil && strings.TrimSpace(string(now)) == s.forbids {
			return "run it as root, or: " + s.advice
		}
	}
	return "run it as root; a container needs --cap-add SYS_ADMIN --cap-add NET_ADMIN --device /dev/net/tun"
}
