//go:build !unix

package devcert

import "os"

// The profile folder of a Windows user is closed to others by its access control list.
func readableByOthers(os.FileInfo) bool { return false }

func closeToOthers(string) (wasOpen bool, err error) { return false, nil }
