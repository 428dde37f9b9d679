package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"

	"recado/channels"
)

// ErrDamaged is returned in place of io.EOF by the reader of bytes that are no longer
// those that were kept.
var ErrDamaged = errors.New("files: the bytes are not those that were kept")

// isDigest is 64 lower-case hex digits: nothing else ever becomes part of a path.
var isDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// CheckDigest is ErrNoFile for what cannot be a digest.
func CheckDigest(digest string) error {
	if !isDigest.MatchString(digest) {
		return fmt.Errorf("files: %w: %q is no digest", channels.ErrNoFile, digest)
	}
	return nil
}

// copyCounted copies all of r, at most limit bytes, and says what it was.
func copyCounted(ctx context.Context, w io.Writer, r io.Reader, limit int64) (digest string, size int64, err error) {
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(w, sum), io.LimitReader(until(ctx, r), limit+1))
	if err == nil && size > limit {
		err = channels.ErrFileTooLarge
	}
	return hex.EncodeToString(sum.Sum(nil)), size, err
}

// reading is an io.Reader.
type reading func(p []byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// until ends a long copy with its context, one of nothing too.
func until(ctx context.Context, r io.Reader) io.Reader {
	return reading(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	})
}

// Verified reads r, and ends with ErrDamaged when it is not what digest says.
func Verified(r io.ReadCloser, digest string) io.ReadCloser {
	return &verified{ReadCloser: r, digest: digest, sum: sha256.New()}
}

type verified struct {
	io.ReadCloser
	digest string
	sum    hash.Hash
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.ReadCloser.Read(p)
	v.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(v.sum.Sum(nil)) != v.digest {
		return n, fmt.Errorf("%w: %s", ErrDamaged, v.digest)
	}
	return n, err
}
