package email

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"recado/channels"
	"recado/channels/email/letter"
	"recado/core/message"
)

// scanning finds a virus in what holds its name, as a scanner before memFiles would.
type scanning struct {
	memFiles

	blindToMail bool // it does not look into mails, as when a part is in a form it cannot read
	away        bool
	tooMuch     int // bytes from which it takes nothing
}

func (s *scanning) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	b, err := io.ReadAll(r)
	switch mail := strings.Contains(string(b), "From: "); {
	case err != nil:
		return "", 0, err
	case s.away:
		return "", 0, errors.New("clamd is away")
	case s.tooMuch > 0 && len(b) > s.tooMuch:
		return "", 0, channels.ErrUnscanned
	case strings.Contains(string(b), "WORM") && (!mail || !s.blindToMail):
		return "", 0, &channels.InfectedError{Virus: "Win.Worm"}
	}
	return s.memFiles.Keep(ctx, strings.NewReader(string(b)), limit)
}

const wormMail = "From: ana@aurora.example\r\nTo: suporte@desk.example\r\nMessage-ID: <w@aurora.example>\r\nSubject: nota\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsegue a nota\r\n" +
	"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=nota.exe\r\n\r\nWORM\r\n" +
	"--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=itens.csv\r\n\r\n1;2\r\n--b--\r\n"

// The mail goes on without its worm, and its original is kept where nobody is handed it.
func TestInfectedFileIsToldAndItsMailSealed(t *testing.T) {
	for name, scanner := range map[string]*scanning{"it looks into mails": {}, "it does not": {blindToMail: true}} {
		t.Run(name, func(t *testing.T) {
			o := testOptions(t)
			bare := &scanner.memFiles
			o.Files, o.Originals = scanner, bare
			d, err := newDesk(o)
			if err != nil {
				t.Fatal(err)
			}
			in, err := d.read(t.Context(), []byte(wormMail), letter.Envelope{})
			if err != nil {
				t.Fatal(err)
			}
			if len(in.Refused) != 1 || in.Refused[0].Name != "nota.exe" || in.Refused[0].Why != message.Infected || in.Refused[0].Virus != "Win.Worm" {
				t.Errorf("refused %+v", in.Refused)
			}
			if len(in.Attachments) != 1 || in.Attachments[0].Name != "itens.csv" || in.Text != "segue a nota" {
				t.Errorf("what is clean did not go on: %q, %+v", in.Text, in.Attachments)
			}
			digest, sealed := strings.CutPrefix(in.Original, "sealed:")
			if !sealed || !message.IsSealed(in.Original) || string(bare.data[digest]) != wormMail {
				t.Errorf("the original is %q, and the store holds %d bytes of it", in.Original, len(bare.data[digest]))
			}
			if _, err := d.Files.Open(t.Context(), in.Original); err == nil {
				t.Error("a sealed mail opens")
			}
		})
	}
}

func TestWhileTheScannerIsAwayTheMailWaits(t *testing.T) {
	o := testOptions(t)
	scanner := &scanning{away: true}
	o.Files, o.Originals = scanner, &scanner.memFiles
	d, err := newDesk(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.read(t.Context(), []byte(wormMail), letter.Envelope{}); err == nil {
		t.Error("a mail was read while nothing can be scanned")
	}
}

// What can never be scanned must not wait for ever.
func TestMailTooLargeToScanIsSealedAndGoesOn(t *testing.T) {
	o := testOptions(t)
	scanner := &scanning{tooMuch: 100}
	o.Files, o.Originals = scanner, &scanner.memFiles
	d, err := newDesk(o)
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Replace(wormMail, "1;2", strings.Repeat("1;2\r\n", 100), 1)
	in, err := d.read(t.Context(), []byte(large), letter.Envelope{})
	if err != nil || !message.IsSealed(in.Original) || len(in.Refused) != 2 || in.Refused[1].Why != message.Unscanned {
		t.Errorf("%v: original %q, refused %+v", err, in.Original, in.Refused)
	}
}
