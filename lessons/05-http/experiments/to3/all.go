package to3

import "onthewire/lessons/internal/experiment"

// All are the experiments of this subject.
func All() []experiment.Experiment {
	return []experiment.Experiment{FirstByte, LostPacket, Race, UDPBlocked, NoH3}
}
