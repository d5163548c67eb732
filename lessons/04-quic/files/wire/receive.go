package wire

import "io"

// piece is how much of a file is read, hashed and written at a time. A thousand files may be
// on their way.
const piece = 64 << 10

// ReceiveFile writes n bytes that come from a stream, in whole pieces: a packet brings little
// more than a kilobyte, and to hash and write each by itself is dear. What has come before an
// error is written too.
func ReceiveFile(to io.Writer, from io.Reader, n int64) error {
	b := make([]byte, min(n, piece))
	for n > 0 {
		got, failed := io.ReadFull(from, b[:min(n, piece)])
		if _, err := to.Write(b[:got]); err != nil {
			return err
		}
		if failed == io.EOF {
			failed = io.ErrUnexpectedEOF
		}
		if failed != nil {
			return failed
		}
		n -= int64(got)
	}
	return nil
}
