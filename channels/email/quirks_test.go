package email

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"recado/channels"
	"recado/core/message"
)

func textsOf(t *testing.T, sink *desktop, n int) (all []string) {
	t.Helper()
	for range n {
		in := sink.next(t)
		all = append(all, or(in.Text, string(in.Defect)))
	}
	return all
}

// Exchange makes mails up when they are asked for, and only guesses their size before.
func TestSizesThatAreWrong(t *testing.T) {
	long := letterFrom("2", strings.Repeat("0123456789abcdef\r\n", 400))
	for name, size := range map[string]int{"too small": 1, "zero": 0, "too large": 5000, "larger than what is read": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			s := newOddServer(t, func(s *oddServer) { s.size = func(int) int { return size } }, letterFrom("1", "um"), long)
			o := s.options(t)
			o.MaxMail = 4096
			sink := newDesktop()
			_, stop := runMailbox(t, o, sink)
			um, cut := sink.next(t), sink.next(t)
			if err := stop(); err != nil {
				t.Error(err)
			}
			if um.Text != "um" || um.Defect != message.Whole {
				t.Errorf("a whole mail came as %q, %s", um.Text, um.Defect)
			}
			if cut.Defect != message.Incomplete {
				t.Errorf("a mail above the limit came as if it were whole: %q", cut.Defect)
			}
		})
	}
}

// One mail that the server does not give out lets all others pass, in order, and is
// told of.
func TestMailThatTheServerCannotGive(t *testing.T) {
	for name, fail := range map[string]func(c *oddConn){
		"it says no":       func(c *oddConn) { c.say("%s NO the message could not be converted to RFC 822", c.tag) },
		"it hangs up":      func(c *oddConn) { c.Close() },
		"it gives nothing": func(c *oddConn) { c.say("* 3 FETCH (UID 3 BODY[] NIL)"); c.say("%s OK done", c.tag) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newOddServer(t, func(s *oddServer) {
				s.give = func(c *oddConn, n int) bool {
					if n == 2 {
						fail(c)
					}
					return n != 2
				}
			}, letterFrom("1", "um"), letterFrom("2", "dois"), letterFrom("3", "veneno"), letterFrom("4", "quatro"))
			sink := newDesktop()
			_, stop := runMailbox(t, s.options(t), sink)
			got := textsOf(t, sink, 4)
			if want := fmt.Sprint([]string{"um", "dois", string(message.Garbled), "quatro"}); fmt.Sprint(got) != want && name != "it gives nothing" {
				t.Errorf("came %q", got)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Whether a uid still means the same mail is not always sure. Then all is read again,
// under the same keys.
func TestUidsThatMayMeanOtherMails(t *testing.T) {
	for name, change := range map[string]func(*oddServer){
		"no UIDVALIDITY":             func(s *oddServer) { s.validity = 0 },
		"another UIDVALIDITY":        func(s *oddServer) { s.validity = 2 },
		"a backup was put back":      func(s *oddServer) { s.mails = s.mails[:1] },
		"no UIDNEXT, another folder": func(s *oddServer) { s.next, s.validity = nil, 7 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newOddServer(t, func(s *oddServer) {
				if name == "no UIDVALIDITY" {
					s.validity = 0
				}
			}, letterFrom("1", "um"), letterFrom("2", "dois"))
			o := s.options(t)
			sink := newDesktop()
			_, stop := runMailbox(t, o, sink)
			first := sink.next(t)
			sink.next(t)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			s.mu.Lock()
			change(s)
			s.mu.Unlock()
			_, stop = runMailbox(t, o, sink)
			if again := sink.next(t); again.Key != first.Key {
				t.Errorf("the same mail has key %s, then %s", first.Key, again.Key)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Where nothing changed nothing comes again, with or without UIDNEXT.
func TestUidsThatMeanTheSame(t *testing.T) {
	s := newOddServer(t, func(s *oddServer) { s.next = nil }, letterFrom("1", "um"))
	o := s.options(t)
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	_, stop = runMailbox(t, o, sink)
	s.put(letterFrom("2", "dois"))
	if got := sink.next(t); got.Text != "dois" {
		t.Errorf("came %q", got.Text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Some servers have every folder below INBOX, and a dot between levels.
func TestFolderInTheServersSpelling(t *testing.T) {
	s := newOddServer(t, func(s *oddServer) { s.caps, s.folder = "NAMESPACE MOVE", "INBOX.Suporte.Novos" }, letterFrom("1", "um"))
	o := s.options(t)
	o.IMAP.Folders, o.IMAP.MoveTo = []string{"Suporte/Novos"}, "Suporte/Lidos"
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	sink.next(t)
	s.put(letterFrom("2", "dois"))
	sink.next(t)
	if err := stop(); err != nil {
		t.Error(err)
	}
	if fmt.Sprint(s.created) != "[INBOX.Suporte.Lidos]" {
		t.Errorf("made %q", s.created)
	}
}

func TestEmptyFolderIsNotListed(t *testing.T) {
	s := newOddServer(t, func(*oddServer) {})
	sink := newDesktop()
	m, stop := runMailbox(t, s.options(t), sink)
	s.put(letterFrom("1", "um"))
	if got := sink.next(t); got.Text != "um" {
		t.Errorf("came %q; %+v", got.Text, m.State())
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if s.asked("LOGIN") != 1 {
		t.Errorf("connected %d times", s.asked("LOGIN"))
	}
}

// A server may offer IDLE and say nothing in it. It is found out, and asked.
func TestIdleThatTellsNothing(t *testing.T) {
	s := newOddServer(t, func(s *oddServer) { s.caps = "IDLE" }, letterFrom("0", "zero"))
	sink := newDesktop()
	o := s.options(t)
	o.IMAP.Idle = 20 * time.Millisecond
	m, stop := runMailbox(t, o, sink)
	sink.next(t)
	for i := range lies + 1 {
		s.put(letterFrom(fmt.Sprint(i+1), "mais"))
		sink.next(t)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if c := m.collectors[0]; c.untilNextLook(9) != c.desk.IMAP.Poll {
		t.Errorf("it is still relied on for %v", c.untilNextLook(9))
	}
}

func TestWhatLayThereBeforeIsPassedOver(t *testing.T) {
	in := newIMAP(t, asItIs)
	in.put(t, letterFrom("1", "velho"))
	o := mailboxOptions(t, in)
	o.IMAP.FromNow = true
	memory := o.Memory.(*memMemory)
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	for deadline := time.Now().Add(20 * time.Second); ; channels.Sleep(context.Background(), time.Millisecond) {
		if saved, _ := memory.Load(t.Context(), "imap suporte INBOX"); saved != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no cursor was saved")
		}
	}
	in.put(t, letterFrom("2", "novo"))
	if got := sink.next(t); got.Text != "novo" {
		t.Errorf("came %q", got.Text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestThrottled(t *testing.T) {
	said := func(code imap.ResponseCode, text string) error {
		return fmt.Errorf("wrapped: %w", &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text})
	}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"Gmail, connections", said("ALERT", "Too many simultaneous connections. (Failure)"), true},
		{"Gmail, traffic", said("OVERQUOTA", "Account exceeded command or bandwidth limits."), true},
		{"Exchange", said("", "Request is throttled. Suggested Backoff Time: 299998 milliseconds"), true},
		{"Yahoo", said("LIMIT", "Rate limit hit."), true},
		{"RFC 5530", said("UNAVAILABLE", "User's backend down for maintenance."), true},
		{"in its last words", &farewell{words: "Too many connections from your address", err: context.Canceled}, true},
		{"a wrong password", said("AUTHENTICATIONFAILED", "Invalid credentials"), false},
		{"no such folder", said("NONEXISTENT", "Mailbox doesn't exist"), false},
		{"a lost line", context.DeadlineExceeded, false},
	} {
		if got := throttled(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLastWords(t *testing.T) {
	s := newOddServer(t, func(s *oddServer) { s.greeting = "* BYE [ALERT] Too many simultaneous connections;" })
	_, err := openFolder(t.Context(), s.options(t).withDefaults().IMAP, "INBOX")
	if err == nil || !strings.Contains(err.Error(), "Too many simultaneous connections") || !throttled(err) {
		t.Errorf("got %v", err)
	}
	for tail, want := range map[string]string{
		"* BYE gone\r\n":                "gone",
		"x\r\n* BYE [ALERT] shut\r\nT9": "[ALERT] shut",
		"in a mail: * BYE ana\r\n":      "",
		"":                              "",
	} {
		if got := (&wire{tail: []byte(tail)}).farewell(); got != want {
			t.Errorf("%q: %q, want %q", tail, got, want)
		}
	}
}

// Two folders, one of which is missing: the other is read.
func TestFolderThatIsMissingHoldsUpNoOther(t *testing.T) {
	in := newIMAP(t, asItIs)
	o := mailboxOptions(t, in)
	o.IMAP.Folders = []string{"Nada", "INBOX"}
	sink := newDesktop()
	m, stop := runMailbox(t, o, sink)
	in.put(t, letterFrom("1", "um"))
	sink.next(t)
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(m.State().Detail, `there is no folder "Nada"`); channels.Sleep(context.Background(), time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("state %+v", m.State())
		}
	}
	if m.State().Up {
		t.Error("up, with a folder that cannot be read")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
