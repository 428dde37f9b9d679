package s3_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"

	"recado/bot/files/s3"
	"recado/channels"
	"recado/channels/channeltest"
)

const bucket = "recado-test"

func TestMain(m *testing.M) {
	minio.DefaultRetryUnit = time.Millisecond // the pauses between attempts are not what is tested
	os.Exit(m.Run())
}

// store is an S3 server in memory whose answers can be spoilt.
type store struct {
	url     string
	backend *s3mem.Backend

	mu    sync.Mutex
	spoil func(w http.ResponseWriter, r *http.Request, next http.Handler) // nil: it works
	seen  []*http.Request
}

func newStore(t testing.TB) *store {
	t.Helper()
	s := &store{backend: s3mem.New()}
	if err := s.backend.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	works := verifying(gofakes3.New(s.backend).Server())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		spoil := s.spoil
		s.seen = append(s.seen, r.Clone(context.WithoutCancel(r.Context())))
		s.mu.Unlock()
		if spoil != nil {
			spoil(w, r, works)
			return
		}
		works.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// verifying refuses bytes that are not those that were signed, as S3 does and the
// server in memory does not.
func verifying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			b, err := io.ReadAll(r.Body)
			sum := sha256.Sum256(b)
			if err != nil || r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sum[:]) ||
				r.Header.Get("X-Amz-Checksum-Sha256") != base64.StdEncoding.EncodeToString(sum[:]) {
				refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch")(w, r, nil)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(b))
			r.Header.Set("Content-Length", strconv.Itoa(len(b))) // Go's server hides a length of 0
		}
		next.ServeHTTP(w, r)
	})
}

func (s *store) breakBy(spoil func(http.ResponseWriter, *http.Request, http.Handler)) func() func() {
	set := func(f func(http.ResponseWriter, *http.Request, http.Handler)) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.spoil = f
	}
	return func() func() { set(spoil); return func() { set(nil) } }
}

func (s *store) requests(method string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if r.Method == method {
			n++
		}
	}
	return n
}

// keys lists the bucket.
func (s *store) keys(t testing.TB) (keys []string) {
	t.Helper()
	list, err := s.backend.ListBucket(bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Contents {
		keys = append(keys, o.Key)
	}
	return keys
}

func (s *store) options(t testing.TB) s3.Options {
	return s3.Options{
		Endpoint: s.url, Bucket: bucket, Prefix: "desk", PathStyle: true, AccessKey: "AK", SecretKey: "SK", Aside: t.TempDir(), Timeout: 20 * time.Second,
	}
}

func open(t testing.TB, o s3.Options) *s3.Bucket {
	t.Helper()
	b, err := s3.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// refuse answers as S3 does.
func refuse(status int, code string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
	}
}

// cut ends the connection without an answer.
func cut(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// cutInside takes a part of what is sent, and sends a part of what is asked for.
func cutInside(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.Method == http.MethodPut {
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
	panic(http.ErrAbortHandler)
}

// cutAfter does what is asked, and loses the answer.
func cutAfter(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// garble turns bytes over on their way, as a bad wire or disk would.
func garble(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.Method == http.MethodPut {
		b, _ := io.ReadAll(r.Body)
		if len(b) > 0 {
			b[len(b)/2] ^= 1
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	next.ServeHTTP(w, r)
}

func TestBucketKeepsTheContract(t *testing.T) {
	channeltest.RunFiles(t, func(t testing.TB) channeltest.FilesRig {
		s := newStore(t)
		o := s.options(t)
		return channeltest.FilesRig{
			Files: func() channels.Files { return open(t, o) },
			Held:  func() int { return len(s.keys(t)) },
			Break: map[string]func() func(){
				"it refuses the key":            s.breakBy(refuse(http.StatusForbidden, "InvalidAccessKeyId")),
				"it is busy":                    s.breakBy(refuse(http.StatusServiceUnavailable, "SlowDown")),
				"it has no bucket":              s.breakBy(refuse(http.StatusNotFound, "NoSuchBucket")),
				"it hangs up":                   s.breakBy(cut),
				"it hangs up inside the bytes":  s.breakBy(cutInside),
				"it hangs up before the answer": s.breakBy(cutAfter),
				"bytes change on the way":       s.breakBy(garble),
			},
			Damage: func(digest string) {
				if _, err := s.backend.PutObject(bucket, "desk/"+digest[:2]+"/"+digest, map[string]string{}, strings.NewReader("others"), 6, nil); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

func TestKeptBytesAreNotSentAgain(t *testing.T) {
	s := newStore(t)
	b := open(t, s.options(t))
	for range 3 {
		digest, _, err := b.Keep(t.Context(), iotest.OneByteReader(strings.NewReader("um print")), 100)
		if err != nil {
			t.Fatal(err)
		}
		if keys := s.keys(t); len(keys) != 1 || keys[0] != "desk/"+digest[:2]+"/"+digest {
			t.Fatalf("keys %q", keys)
		}
	}
	if n := s.requests(http.MethodPut); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestHalfAnObjectIsReplaced(t *testing.T) {
	s := newStore(t)
	b := open(t, s.options(t))
	digest, _, err := b.Keep(t.Context(), strings.NewReader("um print"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.backend.PutObject(bucket, s.keys(t)[0], map[string]string{}, strings.NewReader("um"), 2, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Keep(t.Context(), strings.NewReader("um print"), 100); err != nil {
		t.Fatal(err)
	}
	r, err := b.Open(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "um print" {
		t.Errorf("read %q, %v", got, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// S3 says 403 of what is not there to who may not list; and then the put decides.
func TestWhoMayNotListMayKeep(t *testing.T) {
	s := newStore(t)
	b := open(t, s.options(t))
	s.breakBy(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})()
	if _, _, err := b.Keep(t.Context(), strings.NewReader("um print"), 100); err != nil || len(s.keys(t)) != 1 {
		t.Errorf("%v; keys %q", err, s.keys(t))
	}
}

func TestStoreThatHangsIsGivenUp(t *testing.T) {
	s := newStore(t)
	o := s.options(t)
	kept := open(t, o)
	digest, _, err := kept.Keep(t.Context(), strings.NewReader("um print"), 100)
	if err != nil {
		t.Fatal(err)
	}
	s.breakBy(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client went away
		<-r.Context().Done()
	})()
	o.Timeout = 50 * time.Millisecond
	hasty := open(t, o)
	if _, _, err := hasty.Keep(t.Context(), strings.NewReader("outro"), 100); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Keep: %v", err)
	}
	if _, err := hasty.Open(t.Context(), digest); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := kept.Keep(stopped, strings.NewReader("outro"), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("Keep of somebody who stops: %v", err)
	}
}

func TestEncryptionIsAskedFor(t *testing.T) {
	for name, tc := range map[string]struct {
		set  func(*s3.Options)
		want string
	}{
		"none":   {func(*s3.Options) {}, " "},
		"SSE-S3": {func(o *s3.Options) { o.Encryption = s3.EncryptedByS3 }, "AES256 "},
		"KMS":    {func(o *s3.Options) { o.Encryption, o.KMSKey = s3.EncryptedByKMS, "desk-key" }, "aws:kms desk-key"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			o := s.options(t)
			tc.set(&o)
			got := ""
			s.breakBy(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPut {
					got = r.Header.Get("X-Amz-Server-Side-Encryption") + " " + r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")
				}
				next.ServeHTTP(w, r)
			})()
			if _, _, err := open(t, o).Keep(t.Context(), strings.NewReader("um print"), 100); err != nil {
				t.Fatal(err)
			}
			if got != tc.want {
				t.Errorf("asked for %q, want %q", got, tc.want)
			}
		})
	}
}

func TestNewRefusesWhatIsNoEndpoint(t *testing.T) {
	for _, endpoint := range []string{"", "s3.aurora.example", "ftp://s3.aurora.example", "https://"} {
		if _, err := s3.New(s3.Options{Endpoint: endpoint, Bucket: bucket}); err == nil {
			t.Errorf("%q was taken", endpoint)
		}
	}
}
