package email

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"recado/channels"
)

// fullDisk is a folder of files on a disk of 256 KB, until it is grown. Root has a real
// one; others get the error that a real one gave.
type fullDisk struct {
	memFiles
	folder string // on the small disk; "" without one
	full   atomic.Bool
	failed atomic.Int64
}

func newFullDisk(t *testing.T) *fullDisk {
	t.Helper()
	d := &fullDisk{}
	d.full.Store(true)
	folder := t.TempDir()
	if os.Geteuid() != 0 || exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder).Run() != nil {
		return d
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) }) // the folder is temporary
	d.folder = folder
	return d
}

func (d *fullDisk) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	if d.folder != "" {
		name := filepath.Join(d.folder, rand.Text())
		err = os.WriteFile(name, raw, 0o600)
		if err != nil {
			_ = os.Remove(name) // as files.Folder does
		}
	} else if d.full.Load() && len(raw) > 64<<10 {
		err = syscall.ENOSPC
	}
	if err != nil {
		d.failed.Add(1)
		return "", 0, fmt.Errorf("keeping a file: %w", err)
	}
	return d.memFiles.Keep(ctx, bytes.NewReader(raw), limit)
}

func (d *fullDisk) grow(t *testing.T) {
	t.Helper()
	d.full.Store(false)
	if d.folder == "" {
		return
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,size=64m", d.folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// The disk of the attachments is full: mail waits at Dovecot, unseen and where it was,
// and the state says why; SMTP answers 451. When there is room again all of it arrives.
func TestRealDiskFull(t *testing.T) {
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	disk := newFullDisk(t)
	t.Logf("a real small disk: %v", disk.folder != "")
	o.Files = disk
	o.IMAP.MoveTo = "Feito"
	put := appender(t, o.IMAP.Server)
	const mails = 6
	var want []string
	for i := range mails {
		text := fmt.Sprint("mail ", i)
		want = append(want, text)
		put(withFile(fmt.Sprint(i), text, 100<<10))
	}
	sink := newCounter(mails)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m, sink)
	for deadline := time.Now().Add(30 * time.Second); disk.failed.Load() < 3; channels.Sleep(context.Background(), time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the disk was never full")
		}
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(m.State().Detail, "no space left on device"); channels.Sleep(context.Background(), time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("state %+v", m.State())
		}
	}
	sink.mu.Lock()
	taken := len(sink.texts)
	sink.mu.Unlock()
	awaitFolder(t, o.IMAP.Server, "INBOX", func(left [][]byte) bool { return len(left) == mails-taken })

	listen := testOptions(t)
	listen.Files = disk
	addr := runListener(t, listen, ListenOptions{}, newDesktop())
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, withFile("x", "x", 300<<10)); code(err) != 451 {
		t.Errorf("by SMTP: %v, want 451", err)
	}
	disk.grow(t)
	sink.wait(t)
	if !slices.Equal(sink.texts, want) {
		t.Errorf("came %q", sink.texts)
	}
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, withFile("x", "x", 300<<10)); err != nil {
		t.Errorf("by SMTP, with room again: %v", err)
	}
	awaitFolder(t, o.IMAP.Server, "Feito", func(there [][]byte) bool { return len(there) == mails })
}

// withFile is a mail with an attachment of about so many bytes as it travels.
func withFile(id, text string, size int) string {
	head := strings.NewReplacer("Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: multipart/mixed; boundary=b\r\n",
		"Content-Transfer-Encoding: 8bit\r\n", "").Replace(letterFrom(id, ""))
	content := strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", size/78+1)
	return head + "--b\r\nContent-Type: text/plain\r\n\r\n" + text + "\r\n--b\r\nContent-Type: application/pdf; name=\"" + id +
		".pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + content + "\r\n--b--\r\n"
}
