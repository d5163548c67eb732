package early

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// readPrivate reads a file that nobody else can have written or read.
func readPrivate(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat() // of what we have opened, whatever the path means by now
	if err == nil && (!info.Mode().IsRegular() || !private(info)) {
		err = fmt.Errorf("%s: others may read or change it", path)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, 1<<20))
}

// writePrivate puts a file in place of another at once: nobody ever reads half of it.
func writePrivate(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // in vain once it has its new name
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
