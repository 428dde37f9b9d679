// Package s3 is a channels.Files in a bucket of any store that speaks S3: Amazon's,
// MinIO, Cloudflare R2, Ceph.
//
// Promises: an object is put whole or not at all, under the SHA-256 of its bytes, with
// that digest in the signature and as a checksum, which the store verifies; what is there
// already is not sent again; what is read is checked against its digest. Nothing is deleted. No more than a
// few hundred KB of a file are in memory. A store that is away, refuses or hangs is an
// error of Keep, and the mail waits.
package s3

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"recado/bot/files"
	"recado/channels"
)

// Options of New.
type Options struct {
	Endpoint string // https://s3.sa-east-1.amazonaws.com; http:// for this machine alone
	Bucket   string
	Prefix   string // before every key, as "recado"; may be empty
	Region   string // us-east-1 when empty, which stores without regions take

	// PathStyle puts the bucket into the path and not into the host's name.
	PathStyle bool

	// AccessKey and SecretKey sign in. Without them: AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY, then the role of the machine.
	AccessKey string
	SecretKey string

	Encryption Encryption
	KMSKey     string // of EncryptedByKMS

	// Aside is the folder in which a file waits whose digest is not known yet. It is
	// the system's when empty.
	Aside string

	// Timeout is for one call, the bytes included. 2 minutes when zero.
	Timeout time.Duration

	// Transport is for tests. Nil is one with time-outs.
	Transport http.RoundTripper
}

// Encryption is what the store does with the bytes.
type Encryption string

// Kinds of encryption on the server's side.
const (
	NotEncrypted   Encryption = ""       // as the bucket is set up; Amazon's always encrypt
	EncryptedByS3  Encryption = "AES256" // SSE-S3
	EncryptedByKMS Encryption = "aws:kms"
)

// Bucket is a channels.Files.
type Bucket struct {
	opts   Options
	client minio.Core
	sse    encrypt.ServerSide
}

var _ channels.Files = (*Bucket)(nil)

// attempts is how often a call is made, with up to a second between. All that is called
// here may be repeated: an object only ever has one content.
const attempts = 3

// New signs in lazily: a store that is away does not keep the desk from starting.
func New(o Options) (*Bucket, error) {
	o.Timeout = cmp.Or(o.Timeout, 2*time.Minute)
	o.Region = cmp.Or(o.Region, "us-east-1")
	if o.Transport == nil {
		o.Transport = transport()
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("s3: %q is no endpoint", o.Endpoint)
	}
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.NewCore(u.Host, &minio.Options{
		Creds: signIn(o), Secure: u.Scheme == "https", Transport: o.Transport, Region: o.Region, BucketLookup: lookup, MaxRetries: attempts,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	b := &Bucket{opts: o, client: *client}
	switch o.Encryption {
	case EncryptedByS3:
		b.sse = encrypt.NewSSE()
	case EncryptedByKMS:
		if b.sse, err = encrypt.NewSSEKMS(o.KMSKey, nil); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
	}
	return b, nil
}

func signIn(o Options) *credentials.Credentials {
	if o.AccessKey != "" {
		return credentials.NewStaticV4(o.AccessKey, o.SecretKey, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.IAM{Client: &http.Client{Timeout: 10 * time.Second}},
	})
}

// transport gives up on a server that takes a call and says nothing.
func transport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		ExpectContinueTimeout: 5 * time.Second,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   16,
		DisableCompression:    true, // the bytes are wanted as they were kept
	}
}

// key of a file. The fan-out is that of the folder.
func (b *Bucket) key(digest string) string { return path.Join(b.opts.Prefix, digest[:2], digest) }

// Keep finds out the digest of r, and puts what is not there yet.
func (b *Bucket) Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	spool, err := files.NewSpool(ctx, b.opts.Aside, r, limit)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, spool.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, b.opts.Timeout)
	defer cancel()
	there, err := b.has(ctx, spool.Digest, spool.Size())
	if err == nil && !there {
		err = b.put(ctx, b.key(spool.Digest), spool)
	}
	if err != nil {
		return "", 0, fmt.Errorf("s3: keep: %w", err)
	}
	return spool.Digest, spool.Size(), nil
}

// Has reports whether the bytes are there, in their full length.
func (b *Bucket) Has(ctx context.Context, digest string, size int64) (bool, error) {
	if err := files.CheckDigest(digest); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, b.opts.Timeout)
	defer cancel()
	there, err := b.has(ctx, digest, size)
	if err != nil {
		return false, fmt.Errorf("s3: %w", err)
	}
	return there, nil
}

// has takes a refusal for "not there": S3 answers 403 for a missing object to who may
// not list the bucket. If it was another kind of refusal, the put says so.
func (b *Bucket) has(ctx context.Context, digest string, size int64) (bool, error) {
	info, err := b.client.StatObject(ctx, b.opts.Bucket, b.key(digest), minio.StatObjectOptions{})
	switch status := minio.ToErrorResponse(err).StatusCode; {
	case err == nil:
		return info.Size == size, nil
	case status == http.StatusNotFound || status == http.StatusForbidden:
		return false, nil
	}
	return false, ended(ctx, err)
}

// put sends a file in one call: an object is never in parts. The checksum header is for
// buckets with Object Lock, which ask for one.
func (b *Bucket) put(ctx context.Context, key string, file *files.Spool) error {
	sum, err := hex.DecodeString(file.Digest)
	if err != nil {
		return err
	}
	_, err = b.client.PutObject(ctx, b.opts.Bucket, key, file.SectionReader, file.Size(), "", file.Digest, minio.PutObjectOptions{
		ContentType: "application/octet-stream", ServerSideEncryption: b.sse,
		DisableContentSha256: true, // in chunks: the whole has its digest
		UserMetadata:         map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(sum)},
	})
	return ended(ctx, err)
}

// Open asks for an object. Its reader must be closed; ctx holds for the reading too.
func (b *Bucket) Open(ctx context.Context, digest string) (io.ReadCloser, error) {
	if err := files.CheckDigest(digest); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, b.opts.Timeout)
	body, _, _, err := b.client.GetObject(ctx, b.opts.Bucket, b.key(digest), minio.GetObjectOptions{})
	if err == nil {
		return files.Verified(&timed{body, cancel}, digest), nil
	}
	defer cancel()
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, fmt.Errorf("s3: %w: %s", channels.ErrNoFile, digest)
	}
	return nil, fmt.Errorf("s3: open: %w", ended(ctx, err))
}

// ended prefers the end of the context to what it led to.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w (%w)", ctx.Err(), err)
	}
	return err
}

// timed ends the time of a call with its reader.
type timed struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (t *timed) Close() error {
	defer t.cancel()
	return t.ReadCloser.Close()
}
