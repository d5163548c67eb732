//go:build !linux

package servertest

import (
	"net"
	"testing"
)

// What happens to a process is arranged from outside with means that only Linux has.

func aSuspendedServerAnswersWhatCameMeanwhile(t *testing.T, _ *Server) { onlyLinux(t) }
func runningOutOfDescriptors(t *testing.T, _ *Server)                  { onlyLinux(t) }
func aBrokenListenerEndsTheServerAtOnce(t *testing.T, _ *Server)       { onlyLinux(t) }
func closedStandardStreamsHurtNobody(t *testing.T, _ *Server)          { onlyLinux(t) }

func onlyLinux(t *testing.T) { t.Skip("it takes /proc and pidfd_getfd, and only Linux has them") }

// arrived would wait until the server's kernel has everything.
func arrived(*net.TCPConn) {}
