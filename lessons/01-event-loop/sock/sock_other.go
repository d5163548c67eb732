//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !windows

package sock

// Unsent is 0: this system does not tell what the peer's kernel has not acknowledged yet.
func Unsent(int) int { return 0 }
