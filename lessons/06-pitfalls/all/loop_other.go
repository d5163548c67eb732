//go:build !linux

package all

import "onthewire/lessons/06-pitfalls/pitfall"

// loops are none here: package loop stands on epoll, which is Linux's.
func loops() []pitfall.Pitfall { return nil }
