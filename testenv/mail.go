package testenv

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"
)

// pollEvery is how often a Reader looks for new mail: real servers, real time.
const pollEvery = 50 * time.Millisecond

// SendMail gives a mail to Postfix, which delivers it to the mailbox of to. Lines may end
// in LF or CRLF. An empty from is the null sender of bounces.
func SendMail(t testing.TB, from, to string, raw []byte) {
	t.Helper()
	if err := sendMail(SMTP(t), from, to, raw); err != nil {
		t.Fatalf("send mail to %s: %v", to, err)
	}
}

func sendMail(addr, from, to string, raw []byte) error {
	client, err := smtp.Dial(addr)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer client.Close()
	if err := client.SendMail(from, []string{to}, bytes.NewReader(raw)); err != nil {
		return err
	}
	return client.Quit()
}

// Reader reads the INBOX of one mailbox and changes nothing in it: flags stay as they are.
// It may be used by several goroutines.
type Reader struct {
	t      testing.TB
	user   string
	mu     sync.Mutex
	client *imapclient.Client

	// What was fetched, and of which state of the mailbox.
	state state
	mails [][]byte
}

// state tells whether anything was added or removed.
type state struct {
	validity, count uint32
	next            imap.UID
}

// Mailbox opens the mailbox of user, such as ana@aurora.example, until the test ends. A
// mailbox that never got mail is empty.
func Mailbox(t testing.TB, user string) *Reader {
	t.Helper()
	client, err := imapclient.DialInsecure(IMAP(t), nil)
	if err != nil {
		t.Fatalf("mailbox %s: %v", user, err)
	}
	r := &Reader{t: t, user: user, client: client}
	t.Cleanup(func() { r.client.Close() })
	defer r.bound()()
	if err := r.client.Login(user, Password).Wait(); err != nil {
		t.Fatalf("mailbox %s: %v", user, err)
	}
	return r
}

// All returns every message, oldest first, as Dovecot has it (CRLF).
func (r *Reader) All() [][]byte {
	r.t.Helper()
	mails, err := r.read()
	if err != nil {
		r.t.Fatalf("mailbox %s: %v", r.user, err)
	}
	return mails
}

// Wait returns the first message that ok accepts, as soon as it is there. After the time
// within, the test fails, with the subjects of what was there instead.
func (r *Reader) Wait(within time.Duration, ok func(raw []byte) bool) []byte {
	r.t.Helper()
	mail, err := r.find(within, ok)
	if err != nil {
		r.t.Fatalf("mailbox %s: %v", r.user, err)
	}
	return mail
}

func (r *Reader) find(within time.Duration, ok func(raw []byte) bool) ([]byte, error) {
	deadline := time.Now().Add(within)
	for {
		mails, err := r.read()
		if err != nil {
			return nil, err
		}
		for _, mail := range mails {
			if ok(mail) {
				return mail, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("the awaited mail did not come within %v; there are %d: %s",
				within, len(mails), strings.Join(subjects(mails), "; "))
		}
		time.Sleep(pollEvery)
	}
}

// read fetches all messages, if anything changed since the last time.
func (r *Reader) read() ([][]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.bound()()
	box, err := r.client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("open INBOX: %w", err)
	}
	now := state{validity: box.UIDValidity, count: box.NumMessages, next: box.UIDNext}
	if now != r.state {
		mails, err := r.fetch(now.count)
		if err != nil {
			return nil, err
		}
		r.state, r.mails = now, mails
	}
	return slices.Clone(r.mails), nil
}

func (r *Reader) fetch(count uint32) ([][]byte, error) {
	if count == 0 {
		return nil, nil // 1:0 is not a range
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	var set imap.SeqSet
	set.AddRange(1, count)
	found, err := r.client.Fetch(set, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	mails := make([][]byte, 0, len(found))
	for _, message := range found {
		raw := message.FindBodySection(whole)
		if raw == nil {
			return nil, errors.New("fetch: Dovecot gave a message without its text")
		}
		mails = append(mails, raw)
	}
	return mails, nil
}

// bound makes a silent server an error: the client has no limit for an answer that never
// begins. The function that it returns is for the end of the talk.
func (r *Reader) bound() (answered func()) {
	alarm := time.AfterFunc(limit, func() { r.client.Close() })
	return func() { alarm.Stop() }
}

// subjects lists what the mails are about, for a person who reads a failed test.
func subjects(mails [][]byte) []string {
	list := make([]string, 0, len(mails))
	for _, mail := range mails {
		list = append(list, subject(mail))
	}
	return list
}

func subject(mail []byte) string {
	for line := range bytes.Lines(mail) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Subject")) {
			return string(bytes.TrimSpace(value))
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	return "(no subject)"
}
