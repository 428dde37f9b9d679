package clamav_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"recado/bot/files"
	"recado/bot/files/clamav"
	"recado/channels"
	"recado/channels/channeltest"
	"recado/core/message"
)

// clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// rig is a scanned folder.
type rig struct {
	*clamav.Scanned

	folder *files.Folder
	clamd  *fakeClamd
	clock  *clock
	log    *bytes.Buffer
}

func newRig(t testing.TB, set ...func(*clamav.Options)) *rig {
	t.Helper()
	folder, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{folder: folder, clamd: newFakeClamd(t, "tcp"), clock: &clock{time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}, log: &bytes.Buffer{}}
	o := clamav.Options{
		Address: r.clamd.address, Timeout: 20 * time.Second, Aside: folder.Aside(), Clock: r.clock.Now,
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, s := range set {
		s(&o)
	}
	r.Scanned = clamav.Scan(folder, o)
	return r
}

func passing(o *clamav.Options) { o.WhenAway = clamav.Pass }

// hasty is for what hangs.
func hasty(o *clamav.Options) { o.Timeout = 50 * time.Millisecond }

func held(t testing.TB, folder *files.Folder) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Dir(folder.Aside()), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestScannedFolderKeepsTheContract(t *testing.T) {
	channeltest.RunFiles(t, func(t testing.TB) channeltest.FilesRig {
		r := newRig(t)
		fault := func(f func(net.Conn) bool) func() func() {
			return func() func() { r.clamd.faulty(f); return func() { r.clamd.faulty(nil) } }
		}
		return channeltest.FilesRig{
			Files: func() channels.Files { return r },
			Held:  func() int { return held(t, r.folder) },
			Break: map[string]func() func(){
				"clamd hangs up at once":            fault(hangingUp(0)),
				"clamd hangs up inside the bytes":   fault(hangingUp(100_000)),
				"clamd hangs up before the verdict": fault(answering("")),
				"half a verdict":                    fault(answering("1: stream: OK")),
				"garbage":                           fault(answering("HTTP/1.1 400 Bad Request\r\n\r\n\x00")),
				"garbage without end":               fault(answering(strings.Repeat("1: stream: OK ", 5000))),
				"an empty verdict":                  fault(answering("1: \x002: PONG\x00")),
				"nothing FOUND":                     fault(answering("1: stream:  FOUND\x002: PONG\x00")),
				"a verdict on another stream":       fault(answering("3: stream: OK\x002: PONG\x00")),
				"a verdict outside the session":     fault(answering("stream: OK\x002: PONG\x00")),
				"an error of clamd":                 fault(answering("1: stream: Can't allocate memory ERROR\x002: PONG\x00")),
				"a verdict before the bytes": fault(func(conn net.Conn) bool {
					_, _ = io.WriteString(conn, "1: stream: OK\x00")
					return true
				}),
			},
		}
	})
}

// counted reads the metric.
func counted(t *testing.T, c prometheus.Collector, result string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == result {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func TestInfectedFilesAreRefused(t *testing.T) {
	r := newRig(t)
	for name, content := range map[string]io.Reader{
		"at once":            strings.NewReader("..." + virus + "..."),
		"one byte at a time": iotest.OneByteReader(strings.NewReader(virus)),
		"over two chunks":    io.MultiReader(bytes.NewReader(make([]byte, 64<<10-10)), strings.NewReader(virus)),
	} {
		_, _, err := r.Keep(t.Context(), content, 1<<20)
		if found, ok := errors.AsType[*channels.InfectedError](err); !ok || found.Virus != "Recado.Test.Signature" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := held(t, r.folder); n != 0 {
		t.Errorf("the folder holds %d", n)
	}
	kept, refused, err := channels.KeepAttachment(t.Context(), r, "nota.exe", "application/octet-stream", strings.NewReader(virus))
	if want := (message.Refusal{Name: "nota.exe", Why: message.Infected, Virus: "Recado.Test.Signature"}); err != nil || refused != want || kept.Digest != "" {
		t.Errorf("kept %+v, refused %+v, %v", kept, refused, err)
	}
	if n := counted(t, r, "infected"); n != 4 {
		t.Errorf("counted %v infected", n)
	}
}

func TestWhileClamdIsAwayFilesWaitOrPass(t *testing.T) {
	for name, tc := range map[string]struct {
		set    func(*clamav.Options)
		passes bool
		state  string
	}{
		"wait": {func(*clamav.Options) {}, false, "away since 2026-11-28T09:00:00Z, files wait: "},
		"pass": {passing, true, "away since 2026-11-28T09:00:00Z, files are kept unscanned: "},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tc.set)
			r.clamd.faulty(hangingUp(0))
			kept, refused, err := channels.KeepAttachment(t.Context(), r, "a.pdf", "application/pdf", strings.NewReader("um print"))
			if (err == nil) != tc.passes || kept.Unscanned != tc.passes || refused.Why != "" {
				t.Errorf("kept %+v, refused %+v, %v", kept, refused, err)
			}
			if n := counted(t, r, map[bool]string{true: "unscanned", false: "away"}[tc.passes]); n != 1 {
				t.Errorf("counted %v", n)
			}
			if s := r.State(); s.Up || !strings.HasPrefix(s.Detail, tc.state) {
				t.Errorf("state %+v", s)
			}
			r.clamd.faulty(nil)
			kept, _, err = channels.KeepAttachment(t.Context(), r, "a.pdf", "application/pdf", strings.NewReader("um print"))
			if err != nil || kept.Unscanned || !r.State().Up {
				t.Errorf("clamd is back: kept %+v, %v, %+v", kept, err, r.State())
			}
		})
	}
}

func TestLongAbsenceRaisesOneAlarm(t *testing.T) {
	r := newRig(t)
	r.clamd.faulty(hangingUp(0))
	for _, minutes := range []int{0, 5, 9, 2, 30} {
		r.clock.now = r.clock.now.Add(time.Duration(minutes) * time.Minute)
		if _, _, err := r.Keep(t.Context(), strings.NewReader("um print"), 100); err == nil {
			t.Fatal("kept unscanned")
		}
	}
	if n := strings.Count(r.log.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d alarms in:\n%s", n, r.log)
	}
}

func TestClamdThatHangsIsGivenUp(t *testing.T) {
	r := newRig(t, hasty)
	r.clamd.faulty(hanging)
	if _, _, err := r.Keep(t.Context(), strings.NewReader("um print"), 100); !errors.Is(err, context.DeadlineExceeded) || r.State().Up {
		t.Errorf("%v; %+v", err, r.State())
	}
	patient := newRig(t)
	patient.clamd.faulty(hanging)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := patient.Keep(ctx, strings.NewReader("um print"), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody who stops: %v", err)
	}
	if !patient.State().Up {
		t.Error("that somebody stopped says nothing of clamd")
	}
}

// Offering it again would never help: a mail with such a file would wait for ever.
func TestTooLargeToScanIsRefusedForGood(t *testing.T) {
	for name, tc := range map[string]struct {
		set  func(*clamav.Options)
		want message.Reason
	}{"wait": {func(*clamav.Options) {}, message.Unscanned}, "pass": {passing, ""}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tc.set)
			r.clamd.limit = 100_000
			kept, refused, err := channels.KeepAttachment(t.Context(), r, "a.iso", "", bytes.NewReader(make([]byte, 12<<20)))
			if err != nil || refused.Why != tc.want || kept.Unscanned != (tc.want == "") {
				t.Errorf("kept %+v, refused %+v, %v", kept, refused, err)
			}
			if !r.State().Up {
				t.Errorf("clamd is there: %+v", r.State())
			}
		})
	}
}

// However much of the stream clamd had when it spoke and hung up, and whoever got to run
// first: short of the end, its verdict is none.
func TestAVerdictBeforeTheEndIsNone(t *testing.T) {
	const content = "um print"
	sent := len("zIDSESSION\x00zINSTREAM\x00") + 4 + len(content) + 4
	for _, network := range []string{"tcp", "unix"} {
		for _, unread := range []int{0, 1, 4, 5, sent} {
			f := newFakeClamd(t, network)
			f.faulty(func(conn net.Conn) bool {
				_, _ = io.CopyN(io.Discard, conn, int64(sent-unread))
				_, _ = io.WriteString(conn, "1: stream: OK\x00")
				return true
			})
			if _, err := clamav.NewClamd(f.address, 20*time.Second).Scan(t.Context(), strings.NewReader(content)); err == nil {
				t.Errorf("%s, %d bytes unread: it passes", network, unread)
			}
		}
	}
}

func TestClamdOverAUnixSocket(t *testing.T) {
	f := newFakeClamd(t, "unix")
	c := clamav.NewClamd(f.address, 20*time.Second)
	if err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if v, err := c.Version(t.Context()); err != nil || !strings.HasPrefix(v, "ClamAV 1.4.6/") {
		t.Errorf("version %q, %v", v, err)
	}
	if found, err := c.Scan(t.Context(), strings.NewReader(virus)); err != nil || found == "" {
		t.Errorf("found %q, %v", found, err)
	}
	broken := errors.New("the disk is gone")
	if _, err := c.Scan(t.Context(), io.MultiReader(strings.NewReader("a"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("bytes that cannot be read: %v", err)
	}
	if n := f.scanned(); n != 1 {
		t.Errorf("clamd scanned %d streams: half a stream counts as one", n)
	}
	f.faulty(func(conn net.Conn) bool {
		_, _ = conn.Read(make([]byte, 100)) // the command comes in one write
		_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n\x00")
		return true
	})
	if err := c.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "no clamd answers there") {
		t.Error("a mail server passes for clamd")
	}
	if _, err := c.Version(t.Context()); err == nil || !strings.Contains(err.Error(), "no clamd answers there") {
		t.Error("a mail server passes for clamd")
	}
}
