package early

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// TicketKeys reads the keys with which a server encrypts its tickets (see
// tls.Config.SetSessionTicketKeys): 32 bytes each, the newest first. Where there is no file, it
// makes one with a key. Then tickets outlive the server, and several servers can share theirs.
// Who has a key can read what was sent early with each of its tickets.
func TicketKeys(path string) ([][32]byte, error) {
	data, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		data = make([]byte, 32)
		rand.Read(data)
		if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
			err = writePrivate(path, data)
		}
	}
	if err == nil && (len(data) == 0 || len(data)%32 != 0) {
		err = fmt.Errorf("%s: %d bytes, want 32 for each key", path, len(data))
	}
	if err != nil {
		return nil, fmt.Errorf("keep ticket keys: %w", err)
	}
	keys := make([][32]byte, len(data)/32)
	for i := range keys {
		copy(keys[i][:], data[32*i:])
	}
	return keys, nil
}
