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
	"time"
)

// A Part is a file that is arriving. Expect says what it is to be, Write appends to it. It ends
// by Commit, by Keep or by Discard; once it has ended, the others do nothing.
type Part struct {
	folder *Folder
	name   string
	file   *os.File
	hash   hash.Hash
	about  About
	offset int64
	saved  int64 // the offset of the state on the disk
	doubt  bool  // the disk has lost some of it
	ended  bool
}

// An About is what a file was when it was begun. It has to be the same when it goes on.
type About struct {
	Size int64
	Time time.Time
	Mode fs.FileMode
}

// ErrBusy is what a second writer of a name gets.
var ErrBusy = errors.New("somebody else is writing a file of that name")

// Begin opens the part of a name, where there is none a new one. Two writers of one name are
// one too many, also in two processes.
func (f *Folder) Begin(name string) (*Part, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if !f.claim(name) {
		return nil, ErrBusy
	}
	p, err := f.begin(name)
	if err != nil {
		f.release(name)
		return nil, plain(err)
	}
	return p, nil
}

// claim makes sure that only one of this process writes a name.
func (f *Folder) claim(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[name] {
		return false
	}
	f.busy[name] = true
	return true
}

func (f *Folder) release(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, name)
}

func (f *Folder) begin(name string) (*Part, error) {
	if err := f.collides(name); err != nil {
		return nil, err
	}
	if about, err := f.root.Lstat(name); err == nil {
		if err := regular(about.Mode()); err != nil {
			return nil, err
		}
	}
	file, fresh, err := f.openPart(name)
	if err != nil {
		return nil, err
	}
	p := &Part{folder: f, name: name, file: file, hash: sha256.New()}
	err = f.locked(file, name)
	if err == nil && !fresh && p.load() != nil {
		err = p.Forget()
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return p, nil
}

// openPart opens the part of a name. A fresh one has no state, so nobody has to look for it,
// and most folders are there: where files are small, such calls are what they cost.
func (f *Folder) openPart(name string) (file *os.File, fresh bool, err error) {
	file, err = f.root.OpenFile(partName(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if dir := path.Dir(name); err != nil && !errors.Is(err, fs.ErrExist) && dir != "." {
		if err := f.root.MkdirAll(dir, 0o777); err != nil {
			return nil, false, fmt.Errorf("make the folder %s: %w", dir, plain(err))
		}
		file, err = f.root.OpenFile(partName(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if !errors.Is(err, fs.ErrExist) {
		return file, true, err
	}
	file, err = f.root.OpenFile(partName(name), os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrPermission) && f.root.Chmod(partName(name), 0o600) == nil {
		// Somebody was killed between its new mode and its new name.
		file, err = f.root.OpenFile(partName(name), os.O_RDWR, 0)
	}
	return file, false, err
}

// locked locks what we have opened, and makes sure that it still is the part: another process
// may have given it its name between our open and our lock.
func (f *Folder) locked(file *os.File, name string) error {
	if err := lock(file); err != nil {
		return err
	}
	ours, err := file.Stat()
	if err != nil {
		return err
	}
	if there, err := f.root.Lstat(partName(name)); err != nil || !os.SameFile(ours, there) {
		return ErrBusy
	}
	return nil
}

// Offset is how many bytes are here, About what was said of the file when they came, and Sum
// their SHA-256.
func (p *Part) Offset() int64          { return p.offset }
func (p *Part) About() About           { return p.about }
func (p *Part) Sum() [sha256.Size]byte { return [sha256.Size]byte(p.hash.Sum(nil)) }

// Expect says what the file is to be. If that is not what was begun, as far as size and time
// tell, the part begins again.
func (p *Part) Expect(about About) (restarted bool, err error) {
	if p.offset > 0 && (p.about.Size != about.Size || !p.about.Time.Equal(about.Time)) {
		restarted, err = true, p.Forget()
	}
	p.about = about
	return restarted, err
}

// Forget forgets what is here.
func (p *Part) Forget() error {
	p.hash.Reset()
	p.about, p.offset, p.saved, p.doubt = About{}, 0, 0, false
	p.folder.root.Remove(stateName(p.name))
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return plain(err)
	}
	return plain(p.file.Truncate(0))
}

// Write appends to the part.
func (p *Part) Write(b []byte) (int, error) {
	if p.offset+int64(len(b)) > p.about.Size {
		return 0, fmt.Errorf("more than the %d bytes that it was to have", p.about.Size)
	}
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.offset += int64(n)
	if err == nil && p.offset-p.saved >= p.folder.Checkpoint {
		err = p.save()
	}
	return n, plain(err)
}
