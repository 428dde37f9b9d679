package main_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"recado/testenv"
)

// The rates of the stream, in mails a second, and how many come at each. The peer that is
// read in peers.md made up to 3.7 % of such mail into second conversations.
var stream = []struct{ rate, mails int }{{10, 30}, {18, 54}, {100, inAll - 84}}

// TestStream has a steady stream of threads come in to two mailboxes, every mail to both,
// while these are read again from their start all the time: the line is cut and the
// cursor thrown away. No mail becomes two conversations, and none is lost.
func TestStream(t *testing.T) {
	t.Parallel()
	line := testenv.NewLine(t, testenv.IMAP(t))
	second := "vendas-" + newMessageID("x")[1:9] + "@desk.example"
	imap, smtp := line.Addr(), testenv.SMTP(t)
	s := newStorm(t, settings{imap: imap, more: fmt.Sprintf(`    trust_senders: true
  - address: %s
    imap: {host: %s, port: %s, tls: none, password: %s}
    smtp: {host: %s, port: %s, tls: none}
    trust_senders: true
    poll: 1h
`, second, host(imap), port(imap), testenv.Password, host(smtp), port(smtp))})
	dovecot := lmtp(t)
	s.hand = func(m stormMail) error {
		return dovecot.SendMail(m.sender.address, []string{s.desk.address, second}, bytes.NewReader(m.raw))
	}
	s.desk.serveReading()
	done := make(chan struct{})
	again := make(chan int)
	go func() { again <- s.readAgain(line, done) }()
	rest := s.mails
	for _, part := range stream {
		begun := time.Now()
		for i, m := range rest[:part.mails] {
			time.Sleep(time.Until(begun.Add(time.Duration(i) * time.Second / time.Duration(part.rate)))) // the rate is what is tested
			if err := s.hand(m); err != nil {
				t.Fatal(err)
			}
		}
		rest = rest[part.mails:]
	}
	close(done)
	t.Logf("the mailboxes were read from their start %d times", <-again)
	s.counts(3 * time.Minute) // after many cuts the pause before the next try is up to a minute
}

// readAgain throws the cursors away and cuts the line, until done.
func (s *storm) readAgain(line *testenv.Line, done <-chan struct{}) (times int) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.desk.data, "recado.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		s.t.Error(err)
		return 0
	}
	defer db.Close()
	tick := time.NewTicker(700 * time.Millisecond)
	defer tick.Stop()
	for ; ; times++ {
		select {
		case <-done:
			return times
		case <-tick.C:
		}
		if _, err := db.Exec("delete from memory where name like 'imap %'"); err != nil {
			s.t.Error(err)
		}
		line.Cut()
	}
}
