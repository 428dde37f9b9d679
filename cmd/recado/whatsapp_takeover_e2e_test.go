package main_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"recado/testenv"
)

// twins are two processes for one number.
type twins struct {
	*chats
	pages []string
	two   []*program
}

func (w *twins) serve(i int) {
	w.t.Helper()
	w.two[i] = startFile(w.t, forWhatsApp.path(w.t), append(slices.Clone(w.environ), "RECADO_WEB_LISTEN="+w.pages[i]), "serve", "-c", w.config)
	eventually(w.t, time.Minute, fmt.Sprintf("process %d serves", i), func() bool { return partUp(w.t, w.pages[i], "runtime") })
}

// has reports whether a process is connected to WhatsApp.
func (w *twins) has(i int) bool {
	w.t.Helper()
	return partUp(w.t, w.pages[i], "whatsapp principal")
}

// owner waits until one of the two is connected.
func (w *twins) owner() (i int) {
	w.t.Helper()
	eventually(w.t, 30*time.Second, "one of the two is connected", func() bool {
		i = slices.IndexFunc([]int{0, 1}, w.has)
		return i >= 0
	})
	return i
}

// TestWhatsAppTakeover has two processes on one number. The one that has it is killed,
// told to end, and frozen until its lease is over; each time the other goes on, what was
// written meanwhile is taken once and in order, and they never throw each other out.
func TestWhatsAppTakeover(t *testing.T) {
	t.Parallel()
	c := newChats(t, settings{database: testenv.Postgres(t), redis: testenv.Redis(t)},
		person{nick: "ana", name: "Ana Lima", phone: "+" + anaNumber}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	c.pair()
	w := &twins{chats: c, pages: []string{c.pages, freePort(t)}, two: make([]*program, 2)}
	w.serve(0)
	w.serve(1)
	ana := &story{desk: c, phone: c.server.Phone(anaNumber, "Ana")}
	var wrote []string
	writes := func(text string) {
		wrote = append(wrote, text)
		ana.says(text)
	}
	// taken waits until all is, by a process that has logged in since the pairing's login
	// so and so often, in all.
	taken := func(logins, ousted int) {
		t.Helper()
		c.ledger.settled(len(wrote) + 1)
		if got := c.number.Logins() - 1; got != logins || c.number.Ousted() != ousted {
			t.Errorf("%d logins, %d of them while another was in; want %d and %d", got, c.number.Ousted(), logins, ousted)
		}
	}

	first := w.owner()
	if w.has(1 - first) {
		t.Error("both are connected")
	}
	writes("O CT-e não autoriza desde ontem")
	ana.hears("Abrir chamado")
	ana.says("1")
	ana.hears("aberto")
	taken(1, 0)

	w.two[first].kill()
	writes("O lote 4512 também não autoriza")
	taken(2, 0)
	w.serve(first)

	second := w.owner()
	w.two[second].terminate()
	writes("Ainda não autoriza nada")
	taken(3, 0)
	if code := w.two[second].ends(30 * time.Second); code != 0 {
		t.Errorf("the process that was told to end ended with %d", code)
	}
	w.serve(second)

	third := w.owner()
	if err := w.two[third].cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	writes("O lote 4513 deu o mesmo erro")
	taken(4, 1) // a frozen process keeps its connection: nobody else can end it
	if err := w.two[third].cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	w.two[third].says(30*time.Second, "stopping what needs it")
	writes("E o lote 4514 continua parado")
	taken(4, 1)
	if w.has(third) || !w.has(1-third) {
		t.Error("the process that woke up has the number back")
	}

	number := c.ledger.words("select number from ticket")
	if len(number) != 1 {
		t.Fatalf("there are the tickets %v", number)
	}
	if got := c.ledger.entries(number[0]); !slices.Equal(got, wrote) {
		t.Errorf("ana wrote %q, the ticket holds %q", wrote, got)
	}
}
