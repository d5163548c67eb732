package store

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"time"
)

// The state of a part lies in a file beside it, so that nobody has to read and hash again
// what is there:
//
//	bytes 0-7   "wirepart"
//	      8-15  how many bytes of the part it stands for
//	      16-23 the size that the file is to have
//	      24-31 its time, in nanoseconds since 1970
//	      32-35 its permission bits
//	      36-   SHA-256 in the middle of its work, as crypto/sha256 marshals it
//	      then  SHA-256 of all that
const magic = "wirepart"

// save writes the state. The bytes that it stands for go to the disk first: after a power
// failure a state without them would vouch for what is not there.
func (p *Part) save() error {
	if p.folder.Sync {
		if err := p.sync(); err != nil {
			return err
		}
	}
	middle, err := p.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	b := []byte(magic)
	b = binary.BigEndian.AppendUint64(b, uint64(p.offset))
	b = binary.BigEndian.AppendUint64(b, uint64(p.about.Size))
	b = binary.BigEndian.AppendUint64(b, uint64(p.about.Time.UnixNano()))
	b = binary.BigEndian.AppendUint32(b, uint32(p.about.Mode))
	b = append(b, middle...)
	sum := sha256.Sum256(b)
	fresh := stateName(p.name) + "~"
	err = p.folder.root.WriteFile(fresh, append(b, sum[:]...), 0o600)
	if err == nil {
		err = p.folder.root.Rename(fresh, stateName(p.name))
	}
	if err != nil {
		p.folder.root.Remove(fresh)
		return err
	}
	p.saved = p.offset
	return nil
}

// load reads the state, and cuts off what came after it was written.
func (p *Part) load() error {
	b, err := p.folder.root.ReadFile(stateName(p.name))
	if err != nil {
		return err
	}
	const fixed = len(magic) + 8 + 8 + 8 + 4
	if len(b) < fixed+sha256.Size || !bytes.HasPrefix(b, []byte(magic)) {
		return errState
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if sha256.Sum256(body) != [sha256.Size]byte(sum) {
		return errState
	}
	p.offset = int64(binary.BigEndian.Uint64(b[8:]))
	p.about = About{
		Size: int64(binary.BigEndian.Uint64(b[16:])),
		Time: time.Unix(0, int64(binary.BigEndian.Uint64(b[24:]))),
		Mode: fs.FileMode(binary.BigEndian.Uint32(b[32:])),
	}
	if err := p.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(body[fixed:]); err != nil {
		return err
	}
	about, err := p.file.Stat()
	if err != nil {
		return err
	}
	if about.Size() < p.offset || p.offset > p.about.Size {
		return errState
	}
	if err := p.file.Truncate(p.offset); err != nil {
		return err
	}
	p.saved = p.offset
	_, err = p.file.Seek(p.offset, io.SeekStart)
	return err
}

var errState = errors.New("the state of a part is damaged")
