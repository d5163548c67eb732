//go:build !unix

package main

// maxDescriptors is not limited here in a way that a demo could reach.
func maxDescriptors() int { return 1 << 30 }
