package all

import (
	"onthewire/lessons/06-pitfalls/loop"
	"onthewire/lessons/06-pitfalls/loop/accept"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/06-pitfalls/udp"
)

// onThisSystem are those of epoll, and of a network 127.0.0.0/8 that is all this host.
func onThisSystem() []pitfall.Pitfall {
	return []pitfall.Pitfall{
		loop.Register, loop.Blocking, loop.Eagain, loop.Partial, loop.Edge,
		loop.Writable, loop.Halfclose, accept.Emfile, loop.Unlimited,
		udp.Source,
	}
}
