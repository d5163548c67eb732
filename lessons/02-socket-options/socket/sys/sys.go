// Package sys has the calls and the constants of each system by the same names. A file for
// a system can only say how that one does it.
package sys

import (
	"errors"
	"fmt"
)

// NotHere is the number of an option that this system does not have.
const NotHere = -1

// ErrNotHere says so.
var ErrNotHere = fmt.Errorf("this system does not have it: %w", errors.ErrUnsupported)
