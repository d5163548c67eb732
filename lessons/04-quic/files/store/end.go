package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path"
	"time"
)

// ErrDamaged says that the sum does not match: what arrived is not what was sent, or the
// sender's file has changed while it was read.
var ErrDamaged = errors.New("its SHA-256 is not the sender's: it has changed while it was sent, or on the way")

// Commit gives the part its name, if its bytes have this sum. What had the name before is
// there until then, untouched. If it is only the name that the part cannot have, it waits for
// another day.
func (p *Part) Commit(sum [sha256.Size]byte) error {
	switch {
	case p.offset != p.about.Size:
		p.Keep()
		return fmt.Errorf("%d of %d bytes", p.offset, p.about.Size)
	case p.Sum() != sum:
		p.Discard()
		return ErrDamaged
	}
	if err := p.commit(); err != nil {
		p.Keep()
		return plain(err)
	}
	p.end()
	if p.folder.Sync {
		return p.folder.syncAbove(p.name)
	}
	return nil
}

// commit brings everything to the disk before the name: after a power failure there is the
// old file or the new one.
func (p *Part) commit() error {
	if err := p.file.Chmod(p.about.Mode); err != nil {
		return err
	}
	if err := p.folder.root.Chtimes(partName(p.name), time.Time{}, p.about.Time); err != nil {
		return err
	}
	if p.folder.Sync {
		if err := p.sync(); err != nil {
			return err
		}
	}
	p.folder.mu.Lock() // two names that are one on this disk: the second sees the first
	defer p.folder.mu.Unlock()
	if err := p.folder.collides(p.name); err != nil {
		return err
	}
	// Before the rename, since after it the state could be that of the next writer.
	if p.saved > 0 {
		p.folder.root.Remove(stateName(p.name))
		p.saved = 0
	}
	return p.rename()
}

// sync brings the bytes to the disk. If it cannot, nobody knows which of them are there, and
// asking again would hide that (fsync(2), lwn.net/Articles/752063).
func (p *Part) sync() error {
	err := p.file.Sync()
	if err != nil {
		p.doubt = true
	}
	return err
}

// syncAbove makes a name last: it is its folder's to remember (fsync(2)), and the folder's its
// own folder's.
func (f *Folder) syncAbove(name string) error {
	for name != "." {
		name = path.Dir(name)
		dir, err := f.root.OpenFile(name, os.O_RDONLY, 0)
		if err != nil {
			return plain(err)
		}
		err = syncDir(dir)
		dir.Close()
		if err != nil {
			return plain(err)
		}
	}
	return nil
}

// Keep leaves the part for another day. Of an empty one there is nothing to keep, nor of one
// that has no state.
func (p *Part) Keep() {
	if p.ended {
		return
	}
	if p.offset == 0 || p.doubt || p.save() != nil && p.saved == 0 {
		p.Discard()
		return
	}
	p.end()
}

// Discard takes the part away.
func (p *Part) Discard() {
	if p.ended {
		return
	}
	p.folder.root.Remove(stateName(p.name))
	p.folder.root.Remove(partName(p.name))
	p.end()
}

func (p *Part) end() {
	p.ended = true
	p.file.Close()
	p.folder.release(p.name)
}
