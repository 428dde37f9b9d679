package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"recado/bot/files"
	"recado/bot/files/clamav"
	"recado/bot/files/s3"
	"recado/channels"
	"recado/config"
)

// fileStores are where bytes are kept: a folder, or a bucket with what the folder still
// has, and before them the scanner.
type fileStores struct {
	attachments channels.Files
	originals   channels.Files  // past the scanner
	scanner     *clamav.Scanned // nil: nothing is scanned
}

// openFiles joins the configured stores. It waits for no server.
func openFiles(cfg config.Config, log *slog.Logger, now func() time.Time) (*fileStores, error) {
	folder, err := files.Open(filesFolder(cfg))
	if err != nil {
		return nil, err
	}
	var store channels.Files = folder
	if cfg.Files.S3.Bucket != "" {
		bucket, err := openBucket(cfg)
		if err != nil {
			return nil, err
		}
		store = files.Both(folder, bucket)
	}
	all := &fileStores{attachments: store, originals: store}
	if cfg.ClamAV.Address != "" {
		all.scanner = clamav.Scan(store, clamav.Options{
			Address: cfg.ClamAV.Address, Timeout: cfg.ClamAV.Timeout, WhenAway: clamav.WhenAway(cfg.ClamAV.WhenAway),
			Aside: folder.Aside(), Clock: now, Log: log,
		})
		all.attachments = all.scanner
	}
	return all, nil
}

func filesFolder(cfg config.Config) string { return filepath.Join(cfg.Data, "files") }

func openBucket(cfg config.Config) (*s3.Bucket, error) {
	return s3.New(bucketOptions(cfg, filepath.Join(filesFolder(cfg), "incoming")))
}

// bucketOptions of the configured bucket; aside is where files wait for their digest.
func bucketOptions(cfg config.Config, aside string) s3.Options {
	c := cfg.Files.S3
	encryption := map[config.Encryption]s3.Encryption{config.SSES3: s3.EncryptedByS3, config.SSEKMS: s3.EncryptedByKMS}[c.Encryption]
	return s3.Options{
		Endpoint: c.Endpoint, Bucket: c.Bucket, Prefix: c.Prefix, Region: c.Region, PathStyle: c.PathStyle == config.On,
		AccessKey: c.AccessKey, SecretKey: c.SecretKey.Reveal(), Encryption: encryption, KMSKey: c.KMSKey,
		Aside: aside,
	}
}

// filesCmd is about attachments and mails as they came.
type filesCmd struct {
	Move filesMoveCmd `cmd:"" help:"Copy what is in the data folder to the configured bucket. It can be stopped and run again, beside a desk."`
}

// filesMoveCmd copies the folder to the bucket.
type filesMoveCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
}

// Run copies what the bucket does not have yet, checks it, and says how much that was.
// Nothing is deleted; a damaged file is named, and the others go on.
func (c *filesMoveCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	if cfg.Files.S3.Bucket == "" {
		return errors.New("no bucket is configured; set files.s3.bucket first")
	}
	folder, err := files.Open(filesFolder(cfg))
	if err != nil {
		return err
	}
	bucket, err := openBucket(cfg)
	if err != nil {
		return err
	}
	var copied, there, damaged int
	for digest, err := range folder.Digests(ctx) {
		if err != nil {
			return err
		}
		fresh, err := copyFile(ctx, folder, bucket, digest)
		switch {
		case errors.Is(err, files.ErrDamaged):
			damaged++
			_, _ = fmt.Fprintf(std.Err, "%s is damaged in the folder; it was not copied\n", digest)
		case err != nil:
			return fmt.Errorf("after %d copied: %w", copied, s3.InWords(err))
		case fresh:
			copied++
		default:
			there++
		}
	}
	_, err = fmt.Fprintf(std.Out, "%d copied, %d were there already, %d damaged\n", copied, there, damaged)
	if err == nil && damaged > 0 {
		err = fmt.Errorf("%d files in %s are damaged; they are where they were", damaged, filesFolder(cfg))
	}
	return err
}

// copyFile copies one file unless it is there in its full length, and checks that it
// arrived under its own digest.
func copyFile(ctx context.Context, folder *files.Folder, bucket *s3.Bucket, digest string) (fresh bool, err error) {
	size, err := folder.Size(digest)
	if err != nil {
		return false, err
	}
	if there, err := bucket.Has(ctx, digest, size); there || err != nil {
		return false, err
	}
	r, err := folder.Open(ctx, digest)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	arrived, _, err := bucket.Keep(ctx, r, size)
	if err == nil && arrived != digest {
		err = fmt.Errorf("%w: %s", files.ErrDamaged, digest)
	}
	return true, err
}
