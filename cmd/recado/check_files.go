package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"recado/bot/files/clamav"
	"recado/bot/files/s3"
)

// bucket writes, reads and looks up one small object beside the files.
func (t tryer) bucket(ctx context.Context) (string, error) {
	c := t.cfg.Files.S3
	where := fmt.Sprintf("%s at %s", c.Bucket, c.Endpoint)
	b, err := s3.New(bucketOptions(t.cfg, "")) // the folder aside may not be there yet
	if err == nil {
		err = b.Check(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	return where + " can be written to and read", nil
}

// oldSignatures is how old clamd's may be before that is worth a look. They come daily.
const oldSignatures = 7 * 24 * time.Hour

// clamav asks clamd how it is, and has it scan as much as a mail may be.
func (t tryer) clamav(ctx context.Context) (string, error) {
	c := t.cfg.ClamAV
	clamd := clamav.NewClamd(c.Address, min(c.Timeout, checkTimeout))
	if err := clamd.Ping(ctx); err != nil {
		return "", unreachable("clamd at "+c.Address, err)
	}
	version, err := clamd.Version(ctx)
	if err != nil {
		return "", unreachable("clamd at "+c.Address, err)
	}
	most := t.cfg.Limits.MessageSize
	_, err = clamd.Scan(ctx, io.LimitReader(zeros{}, int64(most)))
	switch {
	case errors.Is(err, clamav.ErrTooLarge):
		return "", fmt.Errorf("clamd takes less than a mail of %s (limits.message_size): "+
			"set StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf to that", most)
	case err != nil:
		return "", unreachable("clamd at "+c.Address, err)
	}
	signatures, known := signaturesOf(version)
	switch {
	case !known:
		return "", doubt(version + " does not say how old its signatures are; does freshclam run?")
	case t.now().Sub(signatures) > oldSignatures:
		return "", doubt(fmt.Sprintf("%s scans, but its signatures are of %s; does freshclam run?", version, signatures.Format(time.DateOnly)))
	}
	return version + " scans", nil
}

// signaturesOf takes the date out of "ClamAV 1.4.6/27800/Thu Nov 26 09:31:00 2026".
func signaturesOf(version string) (time.Time, bool) {
	parts := strings.SplitN(version, "/", 3)
	if len(parts) < 3 {
		return time.Time{}, false
	}
	at, err := time.Parse(time.ANSIC, parts[2])
	return at, err == nil
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
