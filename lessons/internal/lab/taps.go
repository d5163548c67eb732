package lab

import (
	"slices"
	"sync"
	"sync/atomic"
)

// taps are those who look at every packet.
type taps struct {
	mu  sync.Mutex
	all atomic.Pointer[[]*func(Packet)]
}

func (t *taps) add(see func(Packet)) (remove func()) {
	t.change(func(all []*func(Packet)) []*func(Packet) { return append(all, &see) })
	return func() {
		t.change(func(all []*func(Packet)) []*func(Packet) {
			return slices.DeleteFunc(all, func(other *func(Packet)) bool { return other == &see })
		})
	}
}

func (t *taps) change(edit func([]*func(Packet)) []*func(Packet)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []*func(Packet)
	if now := t.all.Load(); now != nil {
		all = slices.Clone(*now)
	}
	all = edit(all)
	t.all.Store(&all)
}

func (t *taps) tell(packet func() Packet) {
	all := t.all.Load()
	if all == nil || len(*all) == 0 {
		return
	}
	p := packet()
	for _, see := range *all {
		(*see)(p)
	}
}
