package config

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

// bucketName is what Amazon allows (S3 user guide, "Bucket naming rules"); others allow
// no more.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (r *reader) s3(s S3) {
	const path = "files.s3"
	if s.Bucket == "" {
		if s.Endpoint != "" || s.AccessKey != "" || !s.SecretKey.IsZero() {
			r.fault(path+".bucket", "name the bucket; without one, files are kept in the data folder")
		}
		return
	}
	if !bucketName.MatchString(s.Bucket) {
		r.fault(path+".bucket", "a bucket's name has 3 to 63 small letters, digits, dots and hyphens")
	}
	r.endpoint(path+".endpoint", s.Endpoint)
	if strings.HasPrefix(s.Prefix, "/") || strings.Contains(s.Prefix, "..") || strings.Contains(s.Prefix, "//") {
		r.fault(path+".prefix", "write it without a slash before it, such as recado")
	}
	if (s.AccessKey == "") != s.SecretKey.IsZero() && r.readable(path+".secret_key_file") {
		r.fault(path+".secret_key", "give access_key and secret_key (or secret_key_file), or neither for the machine's role")
	}
	if (s.Encryption == SSEKMS) != (s.KMSKey != "") {
		r.fault(path+".kms_key", "encryption: kms needs the id of a key, and only that does")
	}
}

// endpoint checks the address of an S3 server. Keys are never sent, but files are.
func (r *reader) endpoint(path, address string) {
	u, err := url.Parse(address)
	switch {
	case address == "":
		r.fault(path, "say where the bucket is, such as https://minio.aurora.example:9000, or give the region of Amazon's")
	case err != nil || !isWeb(address) || strings.Trim(u.Path, "/") != "" || u.User != nil:
		r.fault(path, "write it as https://minio.aurora.example:9000, without the bucket")
	case u.Scheme == "http" && !isLoopback(u.Host) && !isLoopback(u.Hostname()):
		r.fault(path, "files would cross the network in the clear; write https:// (http:// is for 127.0.0.1 only)")
	}
}

func (r *reader) clamav(c ClamAV) {
	if c.Address != "" && !strings.HasPrefix(c.Address, "/") {
		r.listen("clamav.address", c.Address)
	}
	if c.Timeout < time.Second || c.Timeout > 10*time.Minute {
		r.fault("clamav.timeout", "between 1s and 10m")
	}
}
