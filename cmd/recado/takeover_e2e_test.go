package main_test

import (
	"slices"
	"testing"
	"time"

	"recado/testenv"
)

// takeoverLimit is what is promised: a mailbox whose owner dies is read by another
// process within this time (issue 2).
const takeoverLimit = 15 * time.Second

// TestTakeover has two processes on one mailbox; the one that reads it dies, and then
// the other ends in order. It is not run beside other tests: it measures.
func TestTakeover(t *testing.T) {
	d := newSite(t, settings{database: testenv.Postgres(t), redis: testenv.Redis(t)},
		person{nick: "ana", name: "Ana Lima"}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	ana := d.person("ana")
	pages := []string{d.pages, freePort(t)}
	serve := func(i int) *program { return d.serve("RECADO_WEB_LISTEN=" + pages[i]) }
	two := []*program{serve(0), serve(1)}
	reader := func() int {
		eventually(t, takeoverLimit, "one of two processes reads the mailbox", func() bool { return d.readBy(pages[0]) || d.readBy(pages[1]) })
		return slices.IndexFunc(pages, d.readBy)
	}
	asks := func(text string) {
		ana.writes(draft{subject: "Relatório não abre", text: text, header: []string{ana.vouched()}})
	}

	asks("O relatório de fretes não abre.")
	d.ledger.endsWith(deliveryTime, map[string]int{"opened": 1})

	owner := reader()
	two[owner].kill()
	killed := time.Now()
	asks("O relatório de pneus não abre.")
	eventually(t, takeoverLimit, "the mail sent after the kill is a ticket", func() bool { return d.ledger.ended() == 2 })
	t.Logf("killed: the other process made a ticket %v later", time.Since(killed).Round(time.Millisecond))

	two[owner] = serve(owner)
	eventually(t, deliveryTime, "the killed process serves again", func() bool { return partUp(t, pages[owner], "runtime") })
	owner = reader()
	two[owner].terminate()
	told := time.Now()
	asks("O relatório de viagens não abre.")
	d.ledger.endsWith(takeoverLimit, map[string]int{"opened": 3})
	t.Logf("told to end: the other process made a ticket %v later", time.Since(told).Round(time.Millisecond))
	if code := two[owner].ends(30 * time.Second); code != 0 {
		t.Errorf("the process that was told to end ended with %d", code)
	}

	for _, who := range []*person{ana, d.person("bia")} {
		eventually(t, deliveryTime, who.nick+" has three letters", func() bool { return len(who.letters()) >= 3 })
		var ids []string
		for _, l := range who.letters() {
			ids = append(ids, l.id()[1:len(l.id())-1])
		}
		if want := d.ledger.upstreamIDs(who.address); len(want) != 3 || !sameSet(ids, want) {
			t.Errorf("%s got %v, the outbox has %v", who.nick, ids, want)
		}
	}
}
