package email

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// oddServer is an IMAP server with the faults that others were seen to have. It knows
// just the commands that we send.
type oddServer struct {
	*cuttable
	mu       sync.Mutex
	caps     string // besides IMAP4rev1
	folder   string // the only one, as the server writes it
	created  []string
	mails    []string // uid is the place from 1, plus shift
	shift    int
	validity int                               // 0: not told
	next     func(highest int) int             // what UIDNEXT says; nil: not told
	size     func(n int) int                   // what RFC822.SIZE says; nil: the truth
	give     func(c *oddConn, n int) bool      // false: the mail is not given, something else was said
	greeting string                            // "* OK" when empty
	other    func(c *oddConn, cmd string) bool // true: answered
	commands []string
}

type oddConn struct {
	*oddServer
	net.Conn
	tag, idle string
}

func newOddServer(t *testing.T, odd func(*oddServer), mails ...string) *oddServer {
	t.Helper()
	s := &oddServer{cuttable: listenLocal(t), folder: "INBOX", mails: mails, validity: 1, next: func(h int) int { return h + 1 }}
	odd(s)
	go func() {
		for {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			go (&oddConn{oddServer: s, Conn: conn}).serve()
		}
	}()
	t.Cleanup(func() { s.Close(); s.cut() })
	return s
}

func (s *oddServer) options(t *testing.T) Options {
	o := testOptions(t)
	o.IMAP = (&imapUpstream{cuttable: s.cuttable}).options()
	return o
}

func (s *oddServer) put(mail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, mail)
}

// asked counts the commands that begin so.
func (s *oddServer) asked(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

func (c *oddConn) say(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }

func (c *oddConn) serve() {
	defer c.Close()
	if c.say("%s ready", or(c.greeting, "* OK")); c.greeting != "" {
		return
	}
	for lines := bufio.NewScanner(c.Conn); lines.Scan(); {
		tag, cmd, _ := strings.Cut(lines.Text(), " ")
		c.mu.Lock()
		c.tag = tag
		c.commands = append(c.commands, cmd)
		c.answer(cmd)
		c.mu.Unlock()
	}
}

func (c *oddConn) answer(cmd string) {
	if c.other != nil && c.other(c, cmd) {
		return
	}
	name, rest, _ := strings.Cut(cmd, " ")
	switch name {
	case "CAPABILITY":
		c.say("* CAPABILITY IMAP4rev1 %s", c.caps)
	case "NAMESPACE":
		c.say(`* NAMESPACE (("INBOX." ".")) NIL (("Public." "."))`)
	case "LIST":
		c.say(`* LIST () "." %s`, c.folder)
	case "SELECT":
		if !c.selected(strings.Trim(rest, `"`)) {
			return
		}
	case "CREATE":
		c.created = append(c.created, strings.Trim(rest, `"`))
	case "UID":
		if !c.uid(strings.Fields(rest)) {
			return
		}
	case "IDLE":
		c.say("+ idling")
		c.idle = c.tag // the answer comes with DONE, which has no tag
		return
	}
	if c.tag == "DONE" {
		c.tag = c.idle
	}
	c.say("%s OK done", c.tag)
}

func (c *oddConn) selected(name string) bool {
	if name != c.folder {
		c.say("%s NO no such folder", c.tag)
		return false
	}
	c.say("* %d EXISTS", len(c.mails))
	if c.validity > 0 {
		c.say("* OK [UIDVALIDITY %d] valid", c.validity)
	}
	if c.next != nil {
		c.say("* OK [UIDNEXT %d] next", c.next(len(c.mails)+c.shift))
	}
	return true
}

func (c *oddConn) uid(words []string) bool {
	whole := strings.Join(words, " ")
	switch words[0] {
	case "FETCH":
	case "MOVE", "COPY":
		if to := strings.Trim(words[2], `"`); !slices.Contains(c.created, to) {
			c.say("%s NO [TRYCREATE] no such folder", c.tag)
			return false
		}
		return true
	default:
		return true
	}
	if len(c.mails) == 0 {
		c.say("%s BAD invalid message set", c.tag)
		return false
	}
	for n, mail := range c.mails {
		uid := n + 1 + c.shift
		if !inSet(words[1], uid, len(c.mails)+c.shift) {
			continue
		}
		switch {
		case strings.Contains(whole, "RFC822.SIZE"):
			size := len(mail)
			if c.size != nil {
				size = c.size(n)
			}
			c.say("* %d FETCH (UID %d RFC822.SIZE %d)", n+1, uid, size)
		case c.give == nil || c.give(c, n):
			section := "BODY[]"
			if _, limit, partial := strings.Cut(whole, "<0."); partial {
				most, _ := strconv.Atoi(strings.TrimRight(limit, ">)"))
				mail, section = mail[:min(most, len(mail))], "BODY[]<0>"
			}
			c.say("* %d FETCH (UID %d %s {%d}\r\n%s)", n+1, uid, section, len(mail), mail)
		default:
			return false
		}
	}
	return true
}

// inSet reads "2,4:6,8:*" as a server does.
func inSet(set string, uid, highest int) bool {
	for part := range strings.SplitSeq(set, ",") {
		first, last, isRange := strings.Cut(part, ":")
		if !isRange {
			last = first
		}
		a, _ := strconv.Atoi(strings.ReplaceAll(first, "*", strconv.Itoa(highest)))
		b, _ := strconv.Atoi(strings.ReplaceAll(last, "*", strconv.Itoa(highest)))
		if min(a, b) <= uid && uid <= max(a, b) {
			return true
		}
	}
	return false
}
