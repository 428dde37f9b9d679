package s3

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
	"strings"
	"syscall"

	"github.com/minio/minio-go/v7"

	"recado/bot/files"
)

// checked is the one small object that Check keeps putting and reading.
const checked = "Recado was here: `recado check` writes and reads this object.\n"

// Check puts a small object under "check" beside the files, and reads it. Its errors are
// for the person who runs the desk.
func (b *Bucket) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.opts.Timeout)
	defer cancel()
	file, err := files.NewSpool(ctx, b.opts.Aside, strings.NewReader(checked), int64(len(checked)))
	if err != nil {
		return err
	}
	key := path.Join(b.opts.Prefix, "check")
	if err := b.put(ctx, key, file); err != nil {
		return fmt.Errorf("nothing can be written: %w", InWords(err))
	}
	r, _, _, err := b.client.GetObject(ctx, b.opts.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return fmt.Errorf("what was written cannot be read: %w", InWords(err))
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return fmt.Errorf("what was written cannot be read: %w", InWords(err))
	}
	if hex.EncodeToString(sum.Sum(nil)) != file.Digest {
		return errors.New("what was written reads otherwise: is it really an S3 server that answers there?")
	}
	if _, err := b.client.StatObject(ctx, b.opts.Bucket, key, minio.StatObjectOptions{}); err != nil {
		return fmt.Errorf("what was written cannot be looked up: %w", InWords(err))
	}
	return nil
}

// InWords puts the usual failures into words, for the person who runs the desk. Codes
// are those of the S3 API reference, "Error responses".
func InWords(err error) error {
	said, ok := errors.AsType[minio.ErrorResponse](err)
	if !ok {
		return inWordsOfTheWire(err)
	}
	switch said.Code {
	case minio.NoSuchBucket:
		return errors.New("there is no such bucket; make it, or look at files.s3.bucket and path_style")
	case "InvalidAccessKeyId":
		return errors.New("the server does not know the access key; look at files.s3.access_key")
	case "SignatureDoesNotMatch":
		return errors.New("the secret key does not belong to the access key; look at files.s3.secret_key")
	case "RequestTimeTooSkewed":
		return errors.New("this machine's clock and the server's differ by more than 15 minutes; set the clock (NTP)")
	case "AccessDenied":
		return errors.New("the key is known, but may not do this; grant it s3:PutObject and s3:GetObject on the bucket")
	case "AuthorizationHeaderMalformed", "InvalidRegion", "PermanentRedirect":
		return errors.New("the bucket is in another region; look at files.s3.region and endpoint")
	case "XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest":
		return errors.New("bytes changed on their way to the server; something between alters them")
	case "KMS.NotFoundException", "KMS.DisabledException":
		return errors.New("there is no such key, or it is disabled; look at files.s3.kms_key")
	}
	return err
}

func inWordsOfTheWire(err error) error {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var expired x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return fmt.Errorf("there is no machine of that name; look for a typing error in files.s3.endpoint (%s)", name.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing answers there; is it running, and is the port right?")
	case errors.As(err, &unknown):
		return errors.New("its certificate is signed by nobody whom this machine trusts; install the authority's certificate")
	case errors.As(err, &host):
		return errors.New("its certificate is for another name; look at files.s3.endpoint and path_style")
	case errors.As(err, &expired):
		return fmt.Errorf("its certificate does not hold now: %w", expired)
	case errors.As(err, &plain), err != nil && strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return errors.New("it does not speak TLS on that port")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time; is a firewall between?")
	}
	return err
}
