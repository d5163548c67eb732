package devcert

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

const (
	secretName = "authority.pem" // key and certificate in one file: no crash can part them
	publicName = "ca.pem"        // the certificate again, for others to read

	// An authority is replaced this long before its end, so that a server which starts now
	// is good for the day.
	reserve = 24 * time.Hour
)

// Load returns the authority in the user's cache folder (onthewire/ in
// os.UserCacheDir). Where there is none, or only one that is about to end, damaged, or
// readable by others, it makes a new one.
func Load() (*Authority, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("devcert: find the cache folder: %w", err)
	}
	return LoadFrom(filepath.Join(cache, "onthewire"))
}

// LoadFrom is Load with a folder of one's own.
func LoadFrom(dir string) (*Authority, error) {
	a, err := load(dir)
	if err != nil {
		return nil, fmt.Errorf("devcert: keep an authority in %s: %w", dir, err)
	}
	return a, nil
}

func load(dir string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	// Of two programs that start together one makes the authority, and the other reads it.
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()

	open, err := closeToOthers(dir)
	if err != nil {
		return nil, err
	}
	secret, public := filepath.Join(dir, secretName), filepath.Join(dir, publicName)
	a, err := read(secret)
	if err != nil || open {
		if a, err = New(); err != nil {
			return nil, err
		}
		text, err := a.encode()
		if err != nil {
			return nil, err
		}
		if err := replace(secret, text, 0o600); err != nil {
			return nil, err
		}
	}
	a.path = public
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	if there, err := os.ReadFile(public); err == nil && bytes.Equal(there, certificate) {
		return a, nil
	}
	return a, replace(public, certificate, 0o644)
}

// read returns the authority in that file, if it is a good one.
func read(path string) (*Authority, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || readableByOthers(info) {
		return nil, errors.New("not a file of one's own") // a key that others could read is no secret
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decode(text, time.Now())
}

func (a *Authority) encode() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	return append(
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})...), nil
}

func decode(text []byte, now time.Time) (*Authority, error) {
	secret, rest := pem.Decode(text)
	if secret == nil {
		return nil, errors.New("no key")
	}
	public, _ := pem.Decode(rest)
	if public == nil {
		return nil, errors.New("no certificate")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(secret.Bytes)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(public.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	switch {
	case !ok || !key.PublicKey.Equal(certificate.PublicKey):
		return nil, errors.New("the key is another's")
	case !certificate.IsCA || certificate.KeyUsage&x509.KeyUsageCertSign == 0:
		return nil, errors.New("not an authority")
	case now.Before(certificate.NotBefore) || now.Add(reserve).After(certificate.NotAfter):
		return nil, errors.New("its time is not now")
	}
	return &Authority{certificate: certificate, key: key}, nil
}

// replace puts a file in place of another at once: nobody ever sees half of it.
func replace(path string, text []byte, mode os.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // in vain once it has its new name
	_, err = file.Write(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), mode); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
