//go:build unix

package devcert

import "os"

func readableByOthers(info os.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// closeToOthers shuts the folder, and tells whether it was open: then others may have put
// an authority of theirs into it.
func closeToOthers(dir string) (wasOpen bool, err error) {
	info, err := os.Stat(dir)
	if err != nil || !readableByOthers(info) {
		return false, err
	}
	return true, os.Chmod(dir, 0o700)
}
