//go:build !linux

package all

import "onthewire/lessons/06-pitfalls/pitfall"

// onThisSystem are none: package loop stands on epoll, which is Linux's, and 127.0.0.2 is an
// address of this host on Linux alone.
func onThisSystem() []pitfall.Pitfall { return nil }
