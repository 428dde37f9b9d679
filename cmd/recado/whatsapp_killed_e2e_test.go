package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"recado/channels/whatsapp/watest"
)

// crowd is how many customers write how much at once, and how often the program is
// killed meanwhile.
type crowd struct {
	customers, messages, kills int
}

// usualCrowd is the whole of it with RECADO_TEST_CROWD=100x20, and less without.
func usualCrowd(t *testing.T) crowd {
	c := crowd{customers: 6, messages: 8, kills: 4}
	if whole := os.Getenv("RECADO_TEST_CROWD"); whole != "" {
		if _, err := fmt.Sscanf(whole, "%dx%d", &c.customers, &c.messages); err != nil {
			t.Fatalf("RECADO_TEST_CROWD is %q, not 100x20: %v", whole, err)
		}
	}
	return c
}

// word is a customer's n-th message. The first opens a ticket once the second agrees;
// the others go into it.
func (c crowd) word(who string, n int) string {
	if n == 1 {
		return "sim"
	}
	return fmt.Sprintf("O relatório de fretes não abre aqui (%s, mensagem %d)", who, n)
}

// TestWhatsAppCrowd has many customers write at once: none of what they wrote is lost,
// doubled or out of order, and each is answered once for each message.
func TestWhatsAppCrowd(t *testing.T) {
	t.Parallel()
	c := usualCrowd(t)
	c.kills = 0
	c.run(t)
}

// TestWhatsAppKilled is that while the program is killed at random moments, inside its
// handler among others: what was not settled comes again, and is taken once.
func TestWhatsAppKilled(t *testing.T) {
	t.Parallel()
	usualCrowd(t).run(t)
}

func (c crowd) run(t *testing.T) {
	people := []person{{nick: "bia", name: "Bia Campos", team: "agent"}}
	for i := range c.customers {
		people = append(people, person{nick: fmt.Sprintf("c%03d", i), name: fmt.Sprintf("Cliente %d", i), phone: fmt.Sprintf("+55119%08d", 70000000+i)})
	}
	d := newChats(t, settings{more: ""}, people...)
	d.pair()
	p := d.serves()
	phones := make([]*watest.Phone, c.customers)
	for i := range phones {
		phones[i] = d.server.Phone(fmt.Sprintf("55119%08d", 70000000+i), people[1+i].name)
	}
	begun := time.Now()
	var writing sync.WaitGroup
	for i, phone := range phones {
		writing.Go(func() {
			for n := range c.messages {
				phone.Say(d.number, c.word(people[1+i].nick, n))
			}
		})
	}
	all := c.customers * c.messages
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range c.kills {
		target := (round*all + random.IntN(all)) / (c.kills + 1)
		eventually(t, 2*time.Minute, fmt.Sprintf("%d messages are in", target), func() bool { return d.ledger.number("select count(*) from inbox") >= target })
		time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond) // the moment itself is what is random
		p.kill()
		t.Logf("kill %d: %d messages are in, %d have an outcome, %d are not settled upstream, %d answers unsent", round+1,
			d.ledger.number("select count(*) from inbox"), d.ledger.ended(), d.number.Waiting(), d.ledger.unsent())
		p = d.serves()
	}
	writing.Wait()
	eventually(t, 5*time.Minute, "everything has an outcome and nothing is unsent", func() bool {
		return p.running() && d.ledger.ended() >= all && d.ledger.outcomes()[""] == 0 && d.ledger.unsent() == 0
	})
	d.number.AwaitSettled()
	took := time.Since(begun)
	t.Logf("%d customers, %d messages each, %d kills: all committed and answered in %v, %.0f messages a second", c.customers, c.messages, c.kills,
		took.Round(time.Millisecond), float64(all)/took.Seconds())
	c.counts(t, d, phones)
}

// counts checks the ledger, the tickets, and what the phones got.
func (c crowd) counts(t *testing.T, d *chats, phones []*watest.Phone) {
	all := c.customers * c.messages
	if n := d.ledger.number("select count(*) from inbox where channel = 'whatsapp'"); n != all {
		t.Errorf("%d messages came in, want %d", n, all)
	}
	if n := d.ledger.number("select count(*) from ticket"); n != c.customers {
		t.Errorf("there are %d tickets, want %d", n, c.customers)
	}
	repeats := 0
	for i, phone := range phones {
		who := &d.people[1+i]
		var want []string
		for n := range c.messages {
			if n != 1 {
				want = append(want, c.word(who.nick, n))
			}
		}
		number := d.ledger.words(`select number from ticket where requester = (select id from person where name = $1)`, who.name)
		if len(number) != 1 {
			t.Errorf("%s has the tickets %v", who.nick, number)
			continue
		}
		if got := d.ledger.entries(number[0]); !slices.Equal(got, want) {
			t.Errorf("%s wrote %q, the ticket holds %q", who.nick, want, got)
		}
		phone.Account.AwaitSettled()
		repeats += c.answers(t, d, phone, who)
	}
	t.Logf("%d answers came twice, under the same id", repeats)
	if c.kills == 0 && repeats > 0 {
		t.Errorf("nothing was killed, and %d answers came twice", repeats)
	}
	if oddities := d.server.Oddities(); len(oddities) > 0 && c.kills == 0 {
		t.Errorf("in passing: %q", oddities)
	}
}

// answers compares what a phone got with what was posted, by id and in order; it returns
// how many came again.
func (c crowd) answers(t *testing.T, d *chats, phone *watest.Phone, who *person) (repeats int) {
	var got []string
	heard := func(ids []string) []string {
		for _, m := range phone.Heard() {
			if !slices.Contains(ids, m.Info.ID) {
				ids = append(ids, m.Info.ID)
			}
		}
		return ids
	}
	want := d.ledger.words("select upstream_id from outbox where channel = 'whatsapp' and address = $1 order by seq", phone.Account.Phone().User)
	eventually(t, deliveryTime, strconv.Itoa(len(want))+" answers to "+who.nick, func() bool { return len(heard(nil)) >= len(want) })
	got = heard(nil)
	if !slices.Equal(got, want) {
		t.Errorf("%s got %d answers %v, want %d: %v", who.nick, len(got), got, len(want), want)
	}
	var ids []string
	for _, m := range phone.Heard() {
		ids = append(ids, m.Info.ID)
	}
	return len(ids) - len(got)
}
