//go:build !linux

package measure

func placeUnpinned() {}
