package s3_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"recado/bot/files/s3"
)

func TestCheckPutsReadsAndLooksUp(t *testing.T) {
	s := newStore(t)
	b := open(t, s.options(t))
	for range 2 {
		if err := b.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if keys := s.keys(t); len(keys) != 1 || keys[0] != "desk/check" {
		t.Errorf("keys %q", keys)
	}
}

func TestCheckSaysWhatIsWrongInWords(t *testing.T) {
	s := newStore(t)
	inWords := func(t *testing.T, o s3.Options, want string) {
		t.Helper()
		if err := open(t, o).Check(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for code, tc := range map[string]struct {
		status int
		want   string
	}{
		"NoSuchBucket":                 {http.StatusNotFound, "there is no such bucket"},
		"InvalidAccessKeyId":           {http.StatusForbidden, "does not know the access key"},
		"SignatureDoesNotMatch":        {http.StatusForbidden, "secret key does not belong"},
		"RequestTimeTooSkewed":         {http.StatusForbidden, "set the clock"},
		"AccessDenied":                 {http.StatusForbidden, "s3:PutObject"},
		"AuthorizationHeaderMalformed": {http.StatusBadRequest, "another region"},
		"KMS.NotFoundException":        {http.StatusBadRequest, "kms_key"},
	} {
		mend := s.breakBy(refuse(tc.status, code))()
		inWords(t, s.options(t), tc.want)
		mend()
	}
	mend := s.breakBy(garble)()
	inWords(t, s.options(t), "bytes changed on their way")
	mend()
	mend = s.breakBy(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPut {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Last-Modified", "Sat, 28 Nov 2026 04:00:00 GMT")
		_, _ = w.Write([]byte("<html>welcome</html>"))
	})()
	inWords(t, s.options(t), "reads otherwise")
	mend()

	o := s.options(t)
	o.Endpoint = strings.Replace(s.url, "http://", "https://", 1)
	inWords(t, o, "does not speak TLS")
	strange := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is its own
	strange.Config.ErrorLog = nil
	strange.TLS.MinVersion = tls.VersionTLS12
	t.Cleanup(strange.Close)
	o.Endpoint = strange.URL
	inWords(t, o, "signed by nobody whom this machine trusts")
	gone := httptest.NewServer(http.NotFoundHandler())
	o.Endpoint = gone.URL
	gone.Close()
	inWords(t, o, "nothing answers there")
	o = s.options(t)
	o.Timeout = 50 * time.Millisecond
	s.breakBy(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = r.Body.Read(make([]byte, 1000))
		<-r.Context().Done()
	})()
	inWords(t, o, "no answer in time")
	if err := s3.InWords(context.Canceled); err.Error() != context.Canceled.Error() {
		t.Errorf("what has no words became %v", err)
	}
}
