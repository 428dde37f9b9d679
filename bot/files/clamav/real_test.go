package clamav_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"recado/bot/files/clamav"
	"recado/channels"
)

// The real clamd, when RECADO_TEST_CLAMD says where it is. It has to know the EICAR
// test file, and StreamMaxLength 25M; docs/files.md has the few lines that start one.
func TestRealClamd(t *testing.T) {
	address := os.Getenv("RECADO_TEST_CLAMD")
	if address == "" {
		t.Skip("RECADO_TEST_CLAMD is not set")
	}
	r := newRig(t, func(o *clamav.Options) { o.Address = address })
	c := clamav.NewClamd(address, 20*time.Second)
	version, err := c.Version(t.Context())
	if err = errors.Join(err, c.Ping(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Log(version)
	// In two halves, so that a scanner leaves this source alone. https://www.eicar.org
	eicar := `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR` + `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
	mail := "From: ana@aurora.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\noi\r\n" +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=nota.com\r\n\r\n" + eicar + "\r\n--b--\r\n"
	for name, tc := range map[string]struct {
		content []byte
		found   bool
		want    error
	}{
		"clean":          {[]byte("um print"), false, nil},
		"empty":          {nil, false, nil},
		"20 MB":          {make([]byte, 20<<20), false, nil},
		"EICAR":          {[]byte(eicar), true, nil},
		"EICAR in mail":  {[]byte(mail), true, nil},
		"more than 25MB": {make([]byte, 40<<20), false, channels.ErrUnscanned},
	} {
		_, _, err := r.Keep(t.Context(), bytes.NewReader(tc.content), 50<<20)
		found, infected := errors.AsType[*channels.InfectedError](err)
		if infected != tc.found || !infected && !errors.Is(err, tc.want) || tc.want == nil && !infected && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if infected && !strings.Contains(found.Virus, "Eicar") {
			t.Errorf("%s: found %q", name, found.Virus)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Scan(ctx, strings.NewReader("x")); err == nil {
		t.Error("scanned after the end")
	}
}
