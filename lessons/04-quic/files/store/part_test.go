package store

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	f.Sync, f.Checkpoint = false, 1000
	return f
}

var hour = time.Unix(3600, 0)

// begin begins a file of so many bytes, and brings some of them.
func begin(t *testing.T, f *Folder, name, data string, size int64) *Part {
	t.Helper()
	p, err := f.Begin(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Expect(About{Size: size, Time: hour, Mode: 0o640}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	return p
}

// holds tells what a folder holds, and of its parts only that they are there.
func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		switch {
		case strings.HasSuffix(name, ".state"):
			got = append(got, "state")
		case isOurs(name):
			got = append(got, "part")
		default:
			got = append(got, filepath.ToSlash(name)+"="+string(data))
		}
		return err
	})
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("there is %q, want %q, %v", got, want, err)
	}
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFileHasItsNameOnlyWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	write(t, dir+"/a", "old")
	p := begin(t, f, "a", "hello, ", 12)
	holds(t, dir, "part", "a=old")
	if _, err := p.Write([]byte("wire\n")); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(sha256.Sum256([]byte("hello, wire\n"))); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a=hello, wire\n")
	about, err := os.Stat(dir + "/a")
	if err != nil || about.Mode() != 0o640 || !about.ModTime().Equal(hour) {
		t.Errorf("%v, %v", about, err)
	}
}

func TestWhatIsNotWhatWasSentIsThrownAway(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	write(t, dir+"/a", "old")
	p := begin(t, f, "a", "hello, wire\n", 12)
	if err := p.Commit(sha256.Sum256([]byte("something else"))); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
	holds(t, dir, "a=old")
	p = begin(t, f, "a", "hello", 12)
	if _, err := p.Write([]byte("more than 12 bytes")); err == nil {
		t.Error("more came than was announced, and nobody minds")
	}
	p.Discard()
	p = begin(t, f, "a", "hello", 12)
	if err := p.Commit(sha256.Sum256([]byte("hello"))); err == nil {
		t.Error("5 bytes of 12 were taken for the whole")
	}
	holds(t, dir, "part", "state", "a=old")
}

func TestAPartGoesOnWhereItsStateSays(t *testing.T) {
	for _, killed := range []bool{false, true} {
		dir := t.TempDir()
		f := open(t, dir)
		p := begin(t, f, "a", strings.Repeat("x", 1000), 3000)
		if _, err := p.Write([]byte("after the checkpoint")); err != nil {
			t.Fatal(err)
		}
		want := int64(1020)
		if killed {
			p.file.Close() // and with it the lock
			want = 1000
		} else {
			p.Keep()
		}
		p, err := open(t, dir).Begin("a")
		if err != nil {
			t.Fatal(err)
		}
		if p.Offset() != want || p.Sum() != sha256.Sum256([]byte((strings.Repeat("x", 1000) + "after the checkpoint")[:want])) {
			t.Errorf("killed %v: it goes on from byte %d, want %d", killed, p.Offset(), want)
		}
		for _, about := range []About{{3000, hour, 0o600}, {2000, hour, 0o600}} {
			restarted, err := p.Expect(about)
			if changed := about.Size != 3000; err != nil || restarted != changed || changed != (p.Offset() == 0) {
				t.Errorf("of %d bytes: restarted %v, from byte %d, %v", about.Size, restarted, p.Offset(), err)
			}
		}
		p.Discard()
		holds(t, dir)
	}
}

func TestAStateThatVouchesForMoreThanIsThereCountsForNothing(t *testing.T) {
	for why, damage := range map[string]func(part, state string) error{
		"no state":    func(_, state string) error { return os.Remove(state) },
		"cut state":   func(_, state string) error { return os.Truncate(state, 50) },
		"empty state": func(_, state string) error { return os.Truncate(state, 0) },
		"other state": func(_, state string) error {
			b, err := os.ReadFile(state)
			if err == nil {
				b[20] ^= 1
				err = os.WriteFile(state, b, 0o600)
			}
			return err
		},
		"cut part": func(part, _ string) error { return os.Truncate(part, 100) },
	} {
		dir := t.TempDir()
		f := open(t, dir)
		begin(t, f, "a", strings.Repeat("x", 1000), 3000).Keep()
		if err := damage(filepath.Join(dir, partName("a")), filepath.Join(dir, stateName("a"))); err != nil {
			t.Fatal(err)
		}
		p, err := f.Begin("a")
		if err != nil || p.Offset() != 0 {
			t.Fatalf("%s: it goes on from byte %d, %v", why, p.Offset(), err)
		}
		if about, err := p.file.Stat(); err != nil || about.Size() != 0 {
			t.Errorf("%s: %d bytes are left, %v", why, about.Size(), err)
		}
		p.Discard()
	}
}
