//go:build !unix

package early

import "os"

// private: what is in a user's folders is theirs on Windows, whose modes say nothing about it.
func private(os.FileInfo) bool { return true }
