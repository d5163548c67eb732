package all

import (
	"onthewire/lessons/06-pitfalls/loop"
	"onthewire/lessons/06-pitfalls/pitfall"
)

func loops() []pitfall.Pitfall { return []pitfall.Pitfall{loop.Register, loop.Blocking, loop.Eagain} }
