// Package files keeps attachments and raw mails in a folder, by their content.
//
// Promises: what Keep returned is on the disk, whole, under the SHA-256 of its
// bytes, and the same bytes are kept once; a crash leaves no half file under a
// digest; Open checks that a digest is one before it touches the disk. A full disk
// is an error of Keep, and the item is then not acknowledged upstream. It never
// deletes: who may forget what is decided elsewhere.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"recado/channels"
)

// Folder is a channels.Files in one folder. Several processes may share it.
type Folder struct {
	path string
}

var _ channels.Files = (*Folder)(nil)

// ErrNoFile is returned by Open for bytes that were never kept.
var ErrNoFile = errors.New("files: no such file")

// aside is where files are written before they have a name.
const aside = "incoming"

// Open makes the folder when it is missing.
func Open(path string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(path, aside), 0o700); err != nil {
		return nil, fmt.Errorf("files: make the folder: %w", err)
	}
	return &Folder{path: path}, nil
}

// Keep writes r aside, and gives it its name once it is whole and on the disk.
func (f *Folder) Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	tmp, err := os.CreateTemp(filepath.Join(f.path, aside), "*")
	if err != nil {
		return "", 0, fmt.Errorf("files: keep: %w", err)
	}
	defer func() {
		if gone := os.Remove(tmp.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) && err == nil {
			err = fmt.Errorf("files: keep: %w", gone)
		}
	}()
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(until(ctx, r), limit+1))
	if err == nil && size > limit {
		err = channels.ErrFileTooLarge
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", 0, fmt.Errorf("files: keep: %w", err)
	}
	digest = hex.EncodeToString(sum.Sum(nil))
	return digest, size, f.place(tmp.Name(), digest)
}

// place moves a whole file under its digest. The folders are synced too: a name
// that a crash forgets would lose the file.
func (f *Folder) place(tmp, digest string) error {
	folder := filepath.Join(f.path, digest[:2])
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("files: keep: %w", err)
	} else if err == nil {
		if err := syncFolder(f.path); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, f.at(digest)); err != nil {
		return fmt.Errorf("files: keep: %w", err)
	}
	return syncFolder(folder)
}

// Open finds bytes by their digest.
func (f *Folder) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	if !isDigest.MatchString(digest) {
		return nil, fmt.Errorf("%w: %q is no digest", ErrNoFile, digest)
	}
	file, err := os.Open(f.at(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoFile, digest)
	}
	if err != nil {
		return nil, fmt.Errorf("files: open: %w", err)
	}
	return file, nil
}

// isDigest is 64 lower-case hex digits: nothing else ever becomes part of a path.
var isDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (f *Folder) at(digest string) string { return filepath.Join(f.path, digest[:2], digest) }

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("files: sync: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("files: sync: %w", err)
	}
	return nil
}

// reading is an io.Reader.
type reading func(p []byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// until ends a long copy with its context.
func until(ctx context.Context, r io.Reader) io.Reader {
	return reading(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	})
}
