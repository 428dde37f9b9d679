package main_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"recado/testenv"
)

// The storm: so many senders, each with ten mails about three matters.
const (
	senders = 30
	kills   = 12
	seed    = 20261123
)

// matters says, for each mail of a sender in order, which of their matters it is about.
// The first about one opens a ticket; the others answer the first.
var matters = [...]int{0, 0, 1, 1, 0, 2, 2, 0, 1, 2}

const (
	inAll   = senders * len(matters)
	tickets = senders * 3
	answers = inAll - tickets
)

// TestKilled has mail come in while the program is killed at random moments, and then
// counts: every mail has one outcome, every ticket what was said in order, and every
// notice is there, once.
func TestKilled(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s := newStorm(t, settings{})
		for round := range kills {
			p := s.desk.serve()
			arrived := s.arrive(round)
			s.killWithin(p, round, 10*time.Second)
			<-arrived
		}
		s.desk.serve()
		s.counts(time.Minute)
	})
	t.Run("by LMTP", func(t *testing.T) {
		t.Parallel()
		at := freePort(t)
		s := newStorm(t, settings{more: "    trust_senders: true\nlmtp_in: {listen: " + at + "}\n"})
		s.hand = s.untilTaken(at)
		p := s.desk.serve()
		for round := range kills {
			arrived := s.arrive(round)
			s.killWithin(p, round, 10*time.Second)
			p = s.desk.serve()
			<-arrived
		}
		s.counts(time.Minute)
	})
	t.Run("two processes on PostgreSQL and Redis", func(t *testing.T) {
		t.Parallel()
		s := newStorm(t, settings{database: testenv.Postgres(t), redis: testenv.Redis(t)})
		other := "RECADO_WEB_LISTEN=" + freePort(t)
		two := []*program{s.desk.serve(), s.desk.serve(other)}
		for round := range kills {
			arrived := s.arrive(round)
			which := s.random.IntN(2)
			s.killWithin(two[which], round, 30*time.Second) // a dead owner's lease has to run out first
			two[which] = s.desk.serve([]string{"RECADO_WEB_LISTEN=" + s.desk.pages, other}[which])
			<-arrived
		}
		s.counts(2 * time.Minute)
	})
}

// storm is the mail of all senders, and what is killed in it.
type storm struct {
	t      *testing.T
	desk   *site
	bia    *person // who is told of everything
	random *rand.Rand
	mails  []stormMail // in the order in which they arrive
	hand   func(stormMail) error
}

type stormMail struct {
	sender *person
	step   int
	id     string
	raw    []byte
}

func newStorm(t *testing.T, s settings) *storm {
	s.more = cmp.Or(s.more, "    trust_senders: true\n")
	people := []person{{nick: "bia", name: "Bia Campos", team: "agent"}}
	for i := range senders {
		people = append(people, person{nick: fmt.Sprintf("c%02d", i), name: fmt.Sprintf("Cliente %d", i)})
	}
	d := newSite(t, s, people...)
	st := &storm{t: t, desk: d, bia: d.person("bia"), random: rand.New(rand.NewPCG(seed, 0))}
	dovecot := lmtp(t)
	st.hand = func(m stormMail) error {
		return dovecot.SendMail(m.sender.address, []string{d.address}, bytes.NewReader(m.raw))
	}
	for step := range matters {
		for i := range senders {
			st.mails = append(st.mails, st.mail(&d.people[1+i], step))
		}
	}
	return st
}

// mail is the step-th of a sender.
func (s *storm) mail(sender *person, step int) stormMail {
	id := func(step int) string {
		return fmt.Sprintf("<%s-%d.%s@aurora.example>", sender.nick, step, s.desk.suffix)
	}
	d := draft{header: []string{sender.vouched()}, to: s.desk.address, subject: fmt.Sprintf("Relatório %d não abre", matters[step]+1), text: stormText(sender, step), id: id(step)}
	if first := slices.Index(matters[:], matters[step]); first < step {
		d.subject = "Re: " + d.subject
		d.header = append(d.header, "In-Reply-To: "+id(first), "References: "+id(first))
	}
	return stormMail{sender: sender, step: step, id: d.id, raw: sender.raw(d)}
}

func stormText(sender *person, step int) string {
	return fmt.Sprintf("O relatório de fretes não abre aqui (%s, mensagem %d).", sender.nick, step)
}

// lmtp is a line to Dovecot: what is handed over on it arrives in this order.
func lmtp(t *testing.T) *smtp.Client {
	conn, err := net.Dial("tcp", testenv.LMTP(t))
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// untilTaken hands mail to the desk itself, as a mail server does: again and again until
// it says 250.
func (s *storm) untilTaken(at string) func(stormMail) error {
	try := func(m stormMail) error {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			return err
		}
		c := smtp.NewClientLMTP(conn)
		defer c.Close()
		return c.SendMail(m.sender.address, []string{s.desk.address}, bytes.NewReader(m.raw))
	}
	return func(m stormMail) (err error) {
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(lookEvery) {
			if err = try(m); err == nil {
				return nil
			}
		}
		return err
	}
}

// arrive puts a round's share of the mail into the desk's mailbox, while the test
// goes on.
func (s *storm) arrive(round int) (done <-chan struct{}) {
	all := make(chan struct{})
	share := s.mails[round*inAll/kills : (round+1)*inAll/kills]
	go func() {
		defer close(all)
		for _, m := range share {
			if err := s.hand(m); err != nil {
				s.t.Errorf("a mail is not taken: %v", err)
			}
		}
	}()
	return all
}

// killWithin kills the program at a random moment: in one round soon after its start,
// in the next while it works on what arrived.
func (s *storm) killWithin(p *program, round int, patience time.Duration) {
	s.t.Helper()
	if round%2 == 0 {
		time.Sleep(time.Duration(s.random.IntN(800)) * time.Millisecond) // the moment itself is what is random
	} else {
		target := s.ended() + 1 + s.random.IntN(inAll/kills)
		eventually(s.t, patience, fmt.Sprintf("%d mails have an outcome", target), func() bool { return s.ended() >= min(target, round*inAll/kills) })
	}
	p.kill()
	s.t.Logf("kill %d, %v after the start: %d mails have an outcome, %d wait, %d messages unsent", round+1,
		time.Since(p.begun).Round(time.Millisecond), s.ended(), s.desk.ledger.outcomes()[""], s.desk.ledger.unsent())
}

func (s *storm) ended() int { return s.desk.ledger.ended() }

// counts waits until all is done and checks every number.
func (s *storm) counts(within time.Duration) {
	s.t.Helper()
	begun := time.Now()
	s.desk.ledger.endsWith(within, map[string]int{"opened": tickets, "added": answers})
	s.t.Logf("all done %v after the last kill", time.Since(begun).Round(time.Millisecond))
	if n := s.desk.ledger.number("select count(*) from ticket"); n != tickets {
		s.t.Errorf("there are %d tickets, want %d", n, tickets)
	}
	if last := s.desk.ledger.number("select max(serial) % 1000000 from ticket"); last != tickets {
		s.t.Errorf("the last ticket of %d has the number %d", tickets, last)
	}
	if n := s.desk.ledger.number("select count(*) from outbox where body not like " + ofTrouble); n != inAll+tickets {
		s.t.Errorf("%d messages were posted, want %d", n, inAll+tickets)
	}
	s.inOrder()
	again := s.received(s.bia, inAll)
	for i := range s.desk.people[1:] {
		again += s.received(&s.desk.people[1+i], 3)
	}
	s.t.Logf("%d kills; %d letters came twice, with the same Message-ID", kills, again)
}

// inOrder checks that each conversation was taken as it was sent, ticket by ticket.
func (s *storm) inOrder() {
	s.t.Helper()
	sent := slices.Clone(s.mails)
	slices.SortStableFunc(sent, func(a, b stormMail) int { return cmp.Compare(a.sender.nick, b.sender.nick) })
	taken := s.desk.ledger.words("select id from inbox order by conversation, seq")
	if len(taken) != len(sent) {
		s.t.Fatalf("%d mails were taken, want %d", len(taken), len(sent))
	}
	said := map[string][]string{}
	for i, m := range sent {
		if !strings.HasPrefix(taken[i], strings.Trim(m.id, "<>")+"#") {
			s.t.Fatalf("%s was taken where %s was sent", taken[i], m.id)
		}
		number := s.desk.ledger.ticketOf(m.id)
		said[number] = append(said[number], stormText(m.sender, m.step))
	}
	for number, want := range said {
		if got := s.desk.ledger.entries(number); !slices.Equal(got, want) {
			s.t.Errorf("ticket %s holds %q, want %q", number, got, want)
		}
	}
}

// received checks that somebody has every letter that was meant for them, and returns how
// many came more than once. That a mailbox was cut off for a minute is told to the team, too,
// and no letter of the storm.
func (s *storm) received(who *person, want int) (again int) {
	s.t.Helper()
	others := s.desk.ledger.troubles(who.address)
	ids := slices.DeleteFunc(s.desk.ledger.upstreamIDs(who.address), func(id string) bool { return slices.Contains(others, id) })
	if len(ids) != want {
		s.t.Errorf("%d letters were meant for %s, want %d", len(ids), who.nick, want)
	}
	var got []string
	var all int
	eventually(s.t, deliveryTime, fmt.Sprintf("%s has %d letters", who.nick, want), func() bool {
		got = nil
		for _, l := range who.letters() {
			if id := strings.Trim(l.id(), "<>"); !slices.Contains(others, id) {
				got = append(got, id)
			}
		}
		all = len(got)
		slices.Sort(got)
		got = slices.Compact(got)
		return len(got) >= want
	})
	if !sameSet(got, ids) {
		s.t.Errorf("%s got letters called %v, the outbox calls them %v", who.nick, got, ids)
	}
	return all - len(got)
}
