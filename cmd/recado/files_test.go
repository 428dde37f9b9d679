package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"recado/bot/files"
)

// bucketServer is an S3 server in memory with one bucket, and the configuration for it.
func bucketServer(t *testing.T) (server *httptest.Server, cfg, data string) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("recado-test"); err != nil {
		t.Fatal(err)
	}
	server = httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	data = t.TempDir()
	return server, written(t, "recado.yaml", fmt.Sprintf(
		"data: %s\nlog: {level: error}\nhours: {always: true}\nweb: {listen: %q}\nsmtp_in: {enabled: off}\n"+
			"files: {s3: {bucket: recado-test, endpoint: %q, access_key: AK, secret_key: SK}}\n", data, deadPort(t), server.URL)), data
}

func TestFilesMoveCopiesOnceAndNamesTheDamaged(t *testing.T) {
	server, cfg, data := bucketServer(t)
	folder, err := files.Open(filepath.Join(data, "files"))
	if err != nil {
		t.Fatal(err)
	}
	var digests []string
	for _, text := range []string{"um print", "uma nota", ""} {
		digest, _, err := folder.Keep(t.Context(), strings.NewReader(text), 100)
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	out, _, err := told(t, "files", "move", "-c", cfg)
	if want := "3 copied, 0 were there already, 0 damaged\n"; err != nil || out != want {
		t.Fatalf("got %q and %v, want %q", out, err, want)
	}
	if err := os.WriteFile(filepath.Join(data, "files", digests[1][:2], digests[1]), []byte("outra coisa"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := folder.Keep(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 2<<20); err != nil {
		t.Fatal(err)
	}
	out, errs, err := told(t, "files", "move", "-c", cfg)
	if want := "1 copied, 2 were there already, 1 damaged\n"; err == nil || out != want || !strings.Contains(errs, digests[1]) {
		t.Errorf("got %q, %q and %v, want %q", out, errs, err, want)
	}
	server.Close()
	if _, _, err := told(t, "files", "move", "-c", cfg); err == nil || !strings.Contains(err.Error(), "nothing answers there") {
		t.Errorf("the store is away: %v", err)
	}
	if _, _, err := told(t, "files", "move", "-c", ownDesk(t, "")); err == nil || !strings.Contains(err.Error(), "files.s3.bucket") {
		t.Errorf("without a bucket: %v", err)
	}
}

func TestCheckTriesTheBucket(t *testing.T) {
	server, cfg, _ := bucketServer(t)
	out, _, err := told(t, "check", "-c", cfg)
	if want := "ok     bucket: recado-test at " + server.URL + " can be written to and read"; err != nil || lineOf(out, "bucket") != want {
		t.Errorf("got %v\n%s", err, out)
	}
	server.Close()
	out, _, err = told(t, "check", "-c", cfg)
	if err == nil || !strings.HasPrefix(lineOf(out, "bucket"), "WRONG") || !strings.HasSuffix(lineOf(out, "bucket"), "is it running, and is the port right?") {
		t.Errorf("got %v\n%s", err, out)
	}
}

// oneClamd gives each connection the same answer.
func oneClamd(t *testing.T, answers map[string]string) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				answerAs(conn, answers)
			}()
		}
	}()
	return l.Addr().String()
}

// answerAs answers commands as clamd does: one, or those of a session, by number.
func answerAs(conn net.Conn, answers map[string]string) {
	r := bufio.NewReader(conn)
	number := 0
	for {
		command, err := r.ReadString(0)
		name := strings.TrimSuffix(command, "\x00")
		for size := uint32(1); err == nil && name == "zINSTREAM" && size > 0; {
			if err = binary.Read(r, binary.BigEndian, &size); err == nil {
				_, err = io.CopyN(io.Discard, r, int64(size))
			}
		}
		switch {
		case err != nil, name == "zEND":
			return
		case name == "zIDSESSION":
			number = 1
		case number == 0:
			_, _ = fmt.Fprintf(conn, "%s\x00", answers[name])
			return
		default:
			_, _ = fmt.Fprintf(conn, "%d: %s\x00", number, answers[name])
			number++
		}
	}
}

func TestCheckTriesClamd(t *testing.T) {
	for name, tc := range map[string]struct {
		version, scan, want string
	}{
		"well":           {"ClamAV 1.4.6/27800/" + wallClock().Format("Mon Jan _2 15:04:05 2006"), "stream: OK", "ok     clamav: ClamAV 1.4.6/27800/"},
		"old signatures": {"ClamAV 1.4.6/27000/Thu Jan  2 09:31:00 2020", "stream: OK", "note   clamav: ClamAV 1.4.6/27000/"},
		"no signatures":  {"ClamAV 1.4.6", "stream: OK", "note   clamav: ClamAV 1.4.6 does not say"},
		"too small":      {"ClamAV 1.4.6", "INSTREAM size limit exceeded. ERROR", "WRONG  clamav: clamd takes less than a mail of 1MB"},
		"something else": {"HTTP/1.1 400", "", "WRONG  clamav: clamd at 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			address := oneClamd(t, map[string]string{"zPING": "PONG", "zVERSION": tc.version, "zINSTREAM": tc.scan})
			cfg := ownDesk(t, fmt.Sprintf("web: {listen: %q}\nsmtp_in: {enabled: off}\nlimits: {file_size: 1MB, message_size: 1MB}\nclamav: {address: %q, timeout: 5s}\n",
				deadPort(t), address))
			out, _, _ := told(t, "check", "-c", cfg)
			if got := lineOf(out, "clamav"); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
