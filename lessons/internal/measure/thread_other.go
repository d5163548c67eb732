//go:build !linux

package measure

import "time"

// ThreadID has a meaning on Linux only.
func ThreadID() int { return 0 }

// ThreadCPU cannot be known here without C.
func ThreadCPU(int) (time.Duration, bool) { return 0, false }
