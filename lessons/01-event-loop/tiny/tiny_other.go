//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package tiny

import (
	"context"
	"errors"
)

// Serve needs poll(2), and this system has none.
func Serve(context.Context, int) error { return errors.ErrUnsupported }
