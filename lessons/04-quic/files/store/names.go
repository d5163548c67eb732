package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// ErrName is what is wrong with a name.
var ErrName = errors.New("not a name that every system can keep")

// devices are the names that Windows keeps for them, whatever ending they have
// (learn.microsoft.com, Naming Files, Paths, and Namespaces). The digits come behind.
var devices = map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "CONIN$": true, "CONOUT$": true}

func isDevice(base string) bool {
	base, _, _ = strings.Cut(base, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	digit, numbered := strings.CutPrefix(base, "COM")
	if !numbered {
		digit, numbered = strings.CutPrefix(base, "LPT")
	}
	return devices[base] || numbered && digit != "" && strings.Trim(digit, "0123456789¹²³") == "" && len([]rune(digit)) == 1
}

// CheckName says why a file of that name could not be kept on every system: whoever
// fetches it may have another one. Names are relative, with slashes.
func CheckName(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return fmt.Errorf("%w: %q is not relative, or has .. or empty parts, or is no UTF-8", ErrName, name)
	}
	for part := range strings.SplitSeq(name, "/") {
		why := ""
		switch {
		case len(part) > 255:
			why = "has more than 255 bytes"
		case strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"\|?*`, r) }):
			why = `has control characters or some of < > : " \ | ? *`
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " "):
			why = "ends in a dot or a space, which Windows drops"
		case isDevice(part):
			why = "is a device on Windows"
		case isOurs(part):
			why = "is the name of a file that has not come whole"
		}
		if why != "" {
			return fmt.Errorf("%w: %.80q %s", ErrName, part, why)
		}
	}
	return nil
}

// partName is where a file arrives: beside its name, so that a rename moves no bytes, and as
// long whatever the name is.
func partName(name string) string { return ours(name) + ".part" }

func stateName(name string) string { return ours(name) + ".state" }

const prefix = ".wire-"

func ours(name string) string {
	dir, base := path.Split(name)
	sum := sha256.Sum256([]byte(base))
	return fmt.Sprintf("%s%s%x", dir, prefix, sum[:8])
}

// isOurs tells whether a name is one of those, however it is spelled.
func isOurs(name string) bool {
	return strings.HasPrefix(strings.ToLower(path.Base(name)), prefix)
}
