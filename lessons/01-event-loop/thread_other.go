//go:build !linux

package main

import "time"

func threadID() int { return 0 }

// threadCPU is not to be had here without C.
func threadCPU(int) (time.Duration, bool) { return 0, false }
