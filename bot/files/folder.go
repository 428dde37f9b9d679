package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"syscall"

	"recado/channels"
)

// Folder is a channels.Files in one folder. Several processes may share it.
type Folder struct {
	path string
}

var _ channels.Files = (*Folder)(nil)

// aside is where files are written before they have a name.
const aside = "incoming"

// Open makes the folder when it is missing, and sweeps out what a crash left aside.
func Open(path string) (*Folder, error) {
	f := &Folder{path: path}
	if err := os.MkdirAll(f.Aside(), 0o700); err != nil {
		return nil, fmt.Errorf("files: make the folder: %w", err)
	}
	return f, f.sweep()
}

// Aside is the folder of what is not whole yet.
func (f *Folder) Aside() string { return filepath.Join(f.path, aside) }

// sweep removes files aside that no process is writing. Who writes one holds its
// lock, and the kernel lets go of a lock when its process ends, however it ends.
func (f *Folder) sweep() error {
	left, err := os.ReadDir(f.Aside())
	if err != nil {
		return fmt.Errorf("files: sweep: %w", err)
	}
	for _, entry := range left {
		path := filepath.Join(f.Aside(), entry.Name())
		if err := sweepOne(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("files: sweep: %w", err)
		}
	}
	return nil
}

func sweepOne(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		err = os.Remove(path)
	}
	return errors.Join(err, file.Close())
}

// Keep writes r aside, and gives it its name once it is whole and on the disk.
func (f *Folder) Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	tmp, err := os.CreateTemp(f.Aside(), "*")
	if err != nil {
		return "", 0, fmt.Errorf("files: keep: %w", err)
	}
	defer func() {
		if gone := os.Remove(tmp.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) && err == nil {
			err = fmt.Errorf("files: keep: %w", gone)
		}
	}()
	if err = syscall.Flock(int(tmp.Fd()), syscall.LOCK_EX); err == nil {
		digest, size, err = copyCounted(ctx, tmp, r, limit)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", 0, fmt.Errorf("files: keep: %w", err)
	}
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

// Open finds bytes by their digest, and checks them as they are read.
func (f *Folder) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	if err := CheckDigest(digest); err != nil {
		return nil, err
	}
	file, err := os.Open(f.at(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("files: %w: %s", channels.ErrNoFile, digest)
	}
	if err != nil {
		return nil, fmt.Errorf("files: open: %w", err)
	}
	return Verified(file, digest), nil
}

// Size is the length in bytes of what is kept under a digest.
func (f *Folder) Size(digest string) (int64, error) {
	if err := CheckDigest(digest); err != nil {
		return 0, err
	}
	info, err := os.Stat(f.at(digest))
	if err != nil {
		return 0, fmt.Errorf("files: %w", err)
	}
	return info.Size(), nil
}

// Digests lists what the folder holds, in their order.
func (f *Folder) Digests(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		folders, err := os.ReadDir(f.path)
		if err != nil {
			yield("", fmt.Errorf("files: list: %w", err))
			return
		}
		for _, folder := range folders {
			if folder.Name() != aside && folder.IsDir() && !f.list(ctx, folder.Name(), yield) {
				return
			}
		}
	}
}

// list yields the digests of one folder of the fan; false when nobody wants more.
func (f *Folder) list(ctx context.Context, folder string, yield func(string, error) bool) bool {
	entries, err := os.ReadDir(filepath.Join(f.path, folder))
	if err = errors.Join(err, ctx.Err()); err != nil {
		yield("", fmt.Errorf("files: list: %w", err))
		return false
	}
	for _, e := range entries {
		if isDigest.MatchString(e.Name()) && !yield(e.Name(), nil) {
			return false
		}
	}
	return true
}

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
