//go:build !unix

package faults

import "testing"

func (*suite) playPart() {}

func runningOutOfDescriptorsLosesNoClient(t *testing.T, _ *suite) {
	t.Skip("this system does not limit how many sockets a process may have")
}
