package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Spool holds the bytes of a reader so that they can be read more than once, as where
// their digest must be known before they are sent on.
type Spool struct {
	*io.SectionReader // at its start

	Digest string
	close  func() error
}

// again is what can be read twice without being copied.
type again interface {
	io.ReaderAt
	io.Seeker
}

// NewSpool takes in all of r, at most limit bytes. What can be read twice is; the rest
// goes to a file in folder, which has no name any more and vanishes with the process.
func NewSpool(ctx context.Context, folder string, r io.Reader, limit int64) (*Spool, error) {
	if at, ok := r.(again); ok {
		start, err := at.Seek(0, io.SeekCurrent)
		if err == nil {
			return spooled(ctx, io.Discard, r, limit, at, start, func() error { return nil })
		}
	}
	file, err := os.CreateTemp(folder, "*") // 0600
	if err != nil {
		return nil, fmt.Errorf("files: spool: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, fmt.Errorf("files: spool: %w", errors.Join(err, file.Close()))
	}
	return spooled(ctx, file, r, limit, file, 0, file.Close)
}

// spooled copies r to w, and makes a Spool of where the bytes then are.
func spooled(ctx context.Context, w io.Writer, r io.Reader, limit int64, at io.ReaderAt, start int64, closer func() error) (*Spool, error) {
	digest, size, err := copyCounted(ctx, w, r, limit)
	if err != nil {
		return nil, fmt.Errorf("files: spool: %w", errors.Join(err, closer()))
	}
	return &Spool{io.NewSectionReader(at, start, size), digest, closer}, nil
}

// Rewind goes back to the first byte.
func (s *Spool) Rewind() error {
	_, err := s.Seek(0, io.SeekStart)
	return err
}

// Close gives the space back. The reader that it was made of stays open.
func (s *Spool) Close() error { return s.close() }
