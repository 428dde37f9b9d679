package email

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

// nowhere is a file store that reads everything and keeps nothing.
type nowhere struct{}

func (nowhere) Keep(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	n, err := io.Copy(io.Discard, r)
	return strings.Repeat("0", 64), n, err
}

func (nowhere) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("nothing is kept")
}

// Reading a mail of 50 MB allocates next to nothing: its file is decoded while it is
// being kept, and its parts are slices of what came.
func TestLargeMailIsNotCopied(t *testing.T) {
	const size, most = 50 << 20, 4 << 20
	line := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 57))) + "\r\n"
	raw := []byte(poisonHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsegue o arquivo\r\n--b\r\n" +
		"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(line, size/len(line)) + "--b--\r\n")
	d := testDesk(t)
	d.Files = nowhere{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	in, err := d.read(t.Context(), raw, letter.Envelope{})
	runtime.ReadMemStats(&after)
	if err != nil || in.Text != "segue o arquivo" || len(in.Attachments) != 1 || in.Attachments[0].Size != int64(size/len(line)*57) {
		t.Fatalf("text %q, files %v, %v", in.Text, in.Attachments, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("%d MB of mail made it allocate %d MB", size>>20, got>>20)
	} else {
		t.Logf("%d bytes allocated", got)
	}
}
