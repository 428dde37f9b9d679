package letter

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var errCannot = errors.New("the other reader cannot tell")

// leavesOf counts the leaves of a MIME tree with the standard library, which knows
// nothing of ours. It gives up on what is not by the rules.
func leavesOf(contentType string, body io.Reader) (int, error) {
	mediaType, params, err := mime.ParseMediaType(contentType)
	if contentType != "" && err != nil {
		return 0, errCannot
	}
	if !strings.HasPrefix(mediaType, "multipart/") {
		return 1, nil
	}
	if params["boundary"] == "" {
		return 0, errCannot
	}
	n := 0
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return n, nil
		}
		if err != nil {
			return 0, errCannot
		}
		kind := p.Header.Get("Content-Type")
		if kind == "" && mediaType == "multipart/digest" {
			kind = "message/rfc822"
		}
		inside, err := leavesOf(kind, p)
		if err != nil {
			return 0, err
		}
		n += inside
	}
}

// packs reports a mail that holds parts which are no leaves of the tree: their wrapping
// is counted differently, and has tests of its own.
func packs(raw []byte) bool {
	for _, sign := range []string{"ms-tnef", "begin 644", "=ybegin", "data:image", "-----BEGIN PGP", "pkcs7-mime"} {
		if bytes.Contains(raw, []byte(sign)) {
			return true
		}
	}
	return false
}

// No part goes missing: the leaves that the standard library counts are the ones that
// came out, on our mails and on the development set where it lies beside.
func TestPartsAgainstAnIndependentCount(t *testing.T) {
	t.Parallel()
	all := map[string][]byte{}
	for _, pattern := range []string{"../testdata/*.eml", "../../../../shared/data/machine-mail/*/*.eml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if all[file], err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	compared := 0
	for file, raw := range all {
		l := Open(raw)
		checkCount(t, l)
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil || packs(raw) {
			continue
		}
		want, err := leavesOf(m.Header.Get("Content-Type"), m.Body)
		if err != nil {
			continue
		}
		compared++
		if l.Parts != want {
			t.Errorf("%s: %d parts, the standard library counts %d", file, l.Parts, want)
		}
	}
	t.Logf("compared %d of %d mails", compared, len(all))
	if compared*2 < len(all) {
		t.Errorf("only %d of %d mails could be compared", compared, len(all))
	}
}

// What winmail.dat holds counts in its place: two files, the words and the file of a
// mail inside.
func TestPartsOfWinmail(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct{ parts, shown, files int }{
		"winmail.eml":             {5, 2, 3}, // the empty text, the words out of RTF, three files
		"winmail-beside-text.eml": {4, 1, 3},
		"winmail-broken-off.eml":  {4, 2, 2}, // one file, and winmail.dat itself
	} {
		raw, err := os.ReadFile(filepath.Join("..", "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		l := Open(raw)
		checkCount(t, l)
		if l.Parts != want.parts || l.Shown != want.shown || len(l.Files) != want.files {
			t.Errorf("%s: %d parts, %d shown, %d files; want %+v", file, l.Parts, l.Shown, len(l.Files), want)
		}
	}
}

// What is handed out can be appended to without writing into the mail.
func TestContentIsClipped(t *testing.T) {
	t.Parallel()
	for _, raw := range seeds(t) {
		before := string(raw)
		l := Open(raw)
		for _, f := range l.Files {
			_ = append(f.Content(), "xxxxxxxx"...)
		}
		for _, r := range l.Reports {
			_ = append(r.Content, "xxxxxxxx"...)
		}
		if string(raw) != before {
			t.Errorf("the mail changed: %.100q", before)
		}
	}
}
