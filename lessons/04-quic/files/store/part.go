package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// A Part is a file that is arriving. Write appends to it. It ends by Commit, by Keep or by
// Discard.
type Part struct {
	folder *Folder
	name   string
	file   *os.File
	hash   hash.Hash
	about  About
	offset int64
	saved  int64 // the offset of the state on the disk
}

// An About is what a file was when it was begun. It has to be the same when it goes on.
type About struct {
	Size int64
	Time time.Time
	Mode fs.FileMode
}

// checkpoint is how much may arrive before the part's state is written again. What has come
// since the last one has to come again if this process is killed.
const checkpoint = 64 << 20

// Begin opens the part of a name, where there is none a new one. Two writers of one name are
// one too many, also in two processes.
func (f *Folder) Begin(name string) (*Part, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if err := f.claim(name); err != nil {
		return nil, err
	}
	p, err := f.begin(name)
	if err != nil {
		f.release(name)
		return nil, err
	}
	return p, nil
}

func (f *Folder) begin(name string) (*Part, error) {
	if err := f.collides(name); err != nil {
		return nil, err
	}
	if about, err := f.root.Lstat(name); err == nil && !about.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "put", Path: name, Err: errNotRegular}
	}
	if err := f.parents(name); err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(partName(name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if !f.locked(file, name) {
		file.Close()
		return nil, ErrBusy
	}
	p := &Part{folder: f, name: name, file: file, hash: sha256.New()}
	if err := p.load(); err != nil {
		p.Restart(About{})
	}
	return p, nil
}

// locked locks what we have opened, and makes sure that it still is the part: another process
// may have given it its name between our open and our lock.
func (f *Folder) locked(file *os.File, name string) bool {
	if lock(file) != nil {
		return false
	}
	ours, err := file.Stat()
	there, err2 := f.root.Lstat(partName(name))
	return err == nil && err2 == nil && os.SameFile(ours, there)
}

// Offset is how many bytes are here, About what was said of the file when they came, and Sum
// their SHA-256.
func (p *Part) Offset() int64          { return p.offset }
func (p *Part) About() About           { return p.about }
func (p *Part) Sum() [sha256.Size]byte { return [sha256.Size]byte(p.hash.Sum(nil)) }

// Continues tells whether what is here is the beginning of such a file, as far as its size
// and its time say.
func (p *Part) Continues(about About) bool {
	return p.offset > 0 && p.about.Size == about.Size && p.about.Time.Equal(about.Time)
}

// Restart forgets what is here: the file begins again, and is to be as about says.
func (p *Part) Restart(about About) error {
	p.hash.Reset()
	p.about, p.offset, p.saved = about, 0, 0
	p.folder.root.Remove(stateName(p.name))
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return p.file.Truncate(0)
}

// Write appends to the part.
func (p *Part) Write(b []byte) (int, error) {
	if p.offset+int64(len(b)) > p.about.Size {
		return 0, fmt.Errorf("%s: more than the %d bytes that it was to have", p.name, p.about.Size)
	}
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.offset += int64(n)
	if err == nil && p.offset-p.saved >= checkpoint {
		err = p.save()
	}
	return n, err
}

// Commit gives the part its name, if its bytes have this sum. What had the name before is
// there until then, untouched.
func (p *Part) Commit(sum [sha256.Size]byte) error {
	if p.offset != p.about.Size {
		return fmt.Errorf("%s: %d of %d bytes", p.name, p.offset, p.about.Size)
	}
	if p.Sum() != sum {
		return errors.Join(ErrDamaged, p.Discard())
	}
	err := p.commit()
	if err != nil {
		return errors.Join(err, p.Discard())
	}
	p.folder.root.Remove(stateName(p.name))
	p.end()
	return nil
}

// ErrDamaged says that the sum does not match: what arrived is not what was sent, or the
// sender's file has changed while it was read.
var ErrDamaged = errors.New("the SHA-256 is not the sender's: the file changed while it was sent, or on the way")

func (p *Part) commit() error {
	if err := p.file.Chmod(p.about.Mode); err != nil {
		return err
	}
	if p.folder.Sync {
		if err := p.file.Sync(); err != nil {
			return err
		}
	}
	if err := p.folder.root.Chtimes(partName(p.name), time.Time{}, p.about.Time); err != nil {
		return err
	}
	if err := p.rename(); err != nil {
		return err
	}
	if p.folder.Sync {
		return p.folder.syncDir(path.Dir(p.name))
	}
	return nil
}

// Keep leaves the part for another day. Of an empty one there is nothing to keep.
func (p *Part) Keep() error {
	if p.offset == 0 {
		return p.Discard()
	}
	err := p.save()
	p.end()
	return err
}

// Discard takes the part away.
func (p *Part) Discard() error {
	err := p.folder.root.Remove(partName(p.name))
	p.folder.root.Remove(stateName(p.name))
	p.end()
	return err
}

func (p *Part) end() {
	p.file.Close()
	p.folder.release(p.name)
}

// partName is where a file arrives: beside its name, so that a rename moves no bytes, and as
// long whatever the name is.
func partName(name string) string {
	dir, base := path.Split(name)
	sum := sha256.Sum256([]byte(strings.ToLower(base)))
	return fmt.Sprintf("%s%s%x%s", dir, prefix, sum[:8], suffix)
}

func stateName(name string) string { return strings.TrimSuffix(partName(name), suffix) + ".state" }

const (
	prefix = ".wire-"
	suffix = ".part"
)

func isPart(base string) bool {
	return strings.HasPrefix(base, prefix) && (strings.HasSuffix(base, suffix) || strings.HasSuffix(base, ".state"))
}
