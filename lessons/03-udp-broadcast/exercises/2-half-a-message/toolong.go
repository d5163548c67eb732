package halfamessage

import "errors"

// errTooLong tells a caller to give up one message, and to go on.
var errTooLong = errors.New("a datagram of more bytes than a message has")
