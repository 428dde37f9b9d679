package dialogue_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/ticket"
)

// The rule of the house (rule 8): a word that the team means for itself reaches no customer.
// Here it is tried to get one out, by every way that we could think of. Each way has a twin
// that differs in the one thing that should keep the word in, and whose word must arrive:
// so each of them can fail, and none passes because nothing is sent at all.

// secret is what must not be read by a customer, open what must.
const (
	secret = "cliente-insuportável"
	open   = "certificado-renovado"
)

// reached reports whether a word stands in anything that a customer gets, whatever part of
// it: what waits is sent, but what was called back.
func (h *house) reached(word string) bool {
	h.t.Helper()
	later := h.now.Add(time.Hour)
	for _, channel := range []message.Channel{message.Email, message.WhatsApp} {
		rows, err := h.db.Due(h.t.Context(), channel, "", later, nil, 10_000)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range rows {
			if strings.HasSuffix(r.To.ID, "@team.example") {
				continue
			}
			out := r.Outbound
			out.Amends = nil // what stands there already
			all, err := json.Marshal(out)
			if err != nil {
				h.t.Fatal(err)
			}
			if strings.Contains(string(all), word) {
				return true
			}
		}
	}
	return false
}

// goesOn is what happens to every ticket afterwards: the customer looks at it and writes,
// the team answers, closes it, and it is reopened. Notes must come out of none of that.
func (h *house) goesOn() {
	h.t.Helper()
	h.now = h.now.Add(2 * time.Hour)
	chat := func(text string) { h.turn(h.item(message.WhatsApp, anaChat, text)) }
	chat("2026-000001")
	chat("acrescentar")
	chat("alguma novidade?")
	h.says("bia", map[bool]string{true: "Estamos vendo", false: ">> Estamos vendo"}[h.public])
	chat("2026-000001")
	chat("novidades")
	h.says("bia", "fechar: resolvido")
	h.mail(anaMail, "Re: [2026-000001] CT-e parado", "não voltou")
}

// way is one way out that was tried: with the word, and its twin.
type way struct {
	name   string
	public bool
	try    func(h *house, word string)
	twin   func(h *house, word string)
}

var answer = map[bool]string{true: "", false: ">> "}

// replied is the twin of most: the same words, as they are meant for the customer.
func replied(h *house, word string) { h.says("bia", answer[h.public]+word) }

func TestNoInternalWordReachesACustomer(t *testing.T) {
	t.Parallel()
	all := slices.Concat(internalWays, publicWays, oddWays)
	if len(all) < 30 {
		t.Fatalf("only %d ways are tried", len(all))
	}
	for _, w := range all {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, w.public)
			w.try(h, secret)
			if h.reached(secret) {
				t.Error("it reached a customer at once")
			}
			h.goesOn()
			if h.reached(secret) {
				t.Error("it reached a customer later")
			}
			if !h.reached("Estamos vendo") && !h.reached("pronto") { // a ticket that was closed takes no answer
				t.Error("what is meant for the customer reaches nobody: this test shows nothing")
			}
			twin := newHouse(t, w.public)
			if w.twin(twin, open); !twin.reached(open) {
				t.Error("its twin, which is meant for the customer, does not arrive: this way shows nothing")
			}
		})
	}
}

var internalWays = []way{
	{"plain words", false, func(h *house, w string) { h.says("bia", w) }, replied},
	{"two slashes", false, func(h *house, w string) { h.says("bia", "// "+w) }, replied},
	{"a lock", false, func(h *house, w string) { h.says("bia", "🔒 "+w) }, replied},
	{"two slashes behind the mark", false, func(h *house, w string) { h.says("bia", ">> // "+w) }, replied},
	{"a note behind the mark", false, func(h *house, w string) { h.says("bia", ">> nota: "+w) }, replied},
	{"a note on a later line", false, func(h *house, w string) { h.says("bia", ">> Oi Ana\n// "+w) }, func(h *house, w string) { h.says("bia", ">> Oi Ana\n"+w) }},
	{"a mark on a later line", false, func(h *house, w string) { h.says("bia", w+"\n>> Oi Ana") }, func(h *house, w string) { h.says("bia", ">> Oi Ana\n"+w) }},
	{"a mark within the words", false, func(h *house, w string) { h.says("bia", "acho que "+w+" >> Oi Ana") }, replied},
	{"a pasted mail", false, func(h *house, w string) { h.says("bia", ">> Em seg., Rui escreveu:\n>> "+w) }, func(h *house, w string) { h.says("bia", ">> Oi:\n"+w) }},
	{"one angle", false, func(h *house, w string) { h.says("bia", "> "+w) }, replied},
	{"a mention behind the mark", false, func(h *house, w string) { h.says("bia", ">> @Rui "+w, mentions) }, func(h *house, w string) { h.says("bia", ">> Rui "+w) }},
	{"a call to the channel", false, func(h *house, w string) { h.says("bia", ">> @channel "+w) }, func(h *house, w string) { h.says("bia", ">> channel "+w) }},
	{"a broadcast", false, func(h *house, w string) { h.says("bia", ">> "+w, broadcast) }, replied},
	{"a shared message", false, func(h *house, w string) { h.says("bia", ">> veja "+w, shared) }, replied},
	{"an app", false, func(h *house, w string) { h.says("bia", ">> "+w, byApp) }, replied},
	{"our own echo", false, func(h *house, w string) { h.says("bia", ">> "+w, echo) }, replied},
	{"a guest", false, func(h *house, w string) { h.says("bia", ">> "+w, guest) }, replied},
	{"another customer", false, func(h *house, w string) { h.says("beto", ">> "+w) }, replied},
	{"somebody who left", false, func(h *house, w string) { h.says("gone", ">> "+w) }, replied},
	{"a file without words", false, func(h *house, w string) { h.says("bia", "", file(w)) }, func(h *house, w string) { h.says("bia", ">> segue", file(w)) }},
	{"a file with a note", false, func(h *house, w string) { h.says("bia", "veja isto", file(w)) }, func(h *house, w string) { h.says("bia", ">> veja isto", file(w)) }},
	{"a note edited into an answer", false, func(h *house, w string) {
		id := h.says("bia", "nada")
		h.says("bia", ">> "+w, on(message.Edit, id))
	}, func(h *house, w string) {
		id := h.says("bia", ">> nada")
		h.says("bia", ">> "+w, on(message.Edit, id))
	}},
	{"a note edited, then sent by the old button", false, func(h *house, w string) {
		id := h.says("bia", "nada")
		h.says("bia", w, on(message.Edit, id))
		h.says("bia", "", press("words:send:"+id))
	}, func(h *house, w string) {
		id := h.says("bia", w)
		h.says("bia", "", press("words:send:"+id))
	}},
	{"a colleague's button", false, func(h *house, w string) {
		id := h.says("bia", w)
		h.says("rui", "", press("words:send:"+id))
	}, func(h *house, w string) {
		id := h.says("rui", w)
		h.says("rui", "", press("words:send:"+id))
	}},
	{"the button for a marked note", false, func(h *house, w string) {
		id := h.says("bia", "Rui:\n// "+w)
		h.says("bia", "", press("words:send:"+id))
	}, func(h *house, w string) {
		id := h.says("bia", "Ana:\n"+w)
		h.says("bia", "", press("words:send:"+id))
	}},
	{"the button of a deleted note", false, func(h *house, w string) {
		id := h.says("bia", w)
		h.says("bia", "", on(message.Deletion, id))
		h.says("bia", "", press("words:send:"+id))
	}, func(h *house, w string) {
		id := h.says("bia", w)
		h.says("bia", "", press("words:send:"+id))
	}},
	{"an answer edited into a note", false, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", "// "+w, on(message.Edit, id))
	}, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", w, on(message.Edit, id))
	}},
	{"an answer edited into a mention", false, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", ">> @Rui "+w, on(message.Edit, id), mentions)
	}, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", ">> "+w, on(message.Edit, id))
	}},
	{"what was called back", false, func(h *house, w string) {
		id := h.says("bia", ">> "+w)
		h.says("bia", "", press("words:undo:"+id))
	}, replied},
	{"what was edited, then called back", false, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", ">> Oi Ana, "+w, on(message.Edit, id))
		h.says("bia", "", press("words:undo:"+id))
	}, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana")
		h.says("bia", ">> Oi Ana, "+w, on(message.Edit, id))
	}},
	{"what was called back twice", false, func(h *house, w string) {
		id := h.says("bia", ">> "+w)
		h.says("bia", "", press("words:undo:"+id))
		h.says("bia", "", press("words:undo:"+id))
	}, replied},
	{"what was called back, then edited", false, func(h *house, w string) {
		id := h.says("bia", ">> Oi Ana, "+w)
		h.says("bia", "", press("words:undo:"+id))
		h.says("bia", ">> "+w, on(message.Edit, id))
	}, replied},
	{"two lines in a row", false, func(h *house, w string) {
		h.turn(h.said("bia", ">> Oi Ana"), h.said("bia", w))
	}, func(h *house, w string) {
		h.turn(h.said("bia", "nada"), h.said("bia", ">> "+w))
	}},
	{"two lines in a row, the note first", false, func(h *house, w string) {
		h.turn(h.said("bia", w), h.said("bia", ">> Oi Ana"))
	}, func(h *house, w string) {
		h.turn(h.said("bia", ">> "+w), h.said("bia", "nada"))
	}},
	{"a reaction", false, func(h *house, w string) {
		id := h.says("bia", w)
		for _, emoji := range []string{"📤", "👍", "✅", "👀", "📧"} {
			h.says("bia", "", on(message.Reaction, id), func(in *message.Inbound) { in.Choice = emoji })
		}
	}, replied},
}

var publicWays = []way{
	{"two slashes, in public", true, func(h *house, w string) { h.says("bia", "// "+w) }, replied},
	{"a lock, in public", true, func(h *house, w string) { h.says("bia", " 🔒"+w) }, replied},
	{"a note on a later line, in public", true, func(h *house, w string) { h.says("bia", "Oi Ana\nnota interna: "+w) }, func(h *house, w string) { h.says("bia", "Oi Ana\n"+w) }},
	{"a mention, in public", true, func(h *house, w string) { h.says("bia", "@Rui "+w, mentions) }, replied},
	{"a call to the channel, in public", true, func(h *house, w string) { h.says("bia", w+" @here") }, replied},
	{"a broadcast, in public", true, func(h *house, w string) { h.says("bia", w, broadcast) }, replied},
	{"a shared message, in public", true, func(h *house, w string) { h.says("bia", "veja "+w, shared) }, replied},
	{"an app, in public", true, func(h *house, w string) { h.says("bia", w, byApp) }, replied},
	{"a guest, in public", true, func(h *house, w string) { h.says("bia", w, guest) }, replied},
	{"another customer, in public", true, func(h *house, w string) { h.says("beto", w) }, replied},
	{"an answer edited into a note, in public", true, func(h *house, w string) {
		id := h.says("bia", "Oi Ana")
		h.says("bia", "🔒 "+w, on(message.Edit, id))
	}, func(h *house, w string) {
		id := h.says("bia", "Oi Ana")
		h.says("bia", w, on(message.Edit, id))
	}},
	{"a note edited into plain words, in public", true, func(h *house, w string) {
		id := h.says("bia", "// nada")
		h.says("bia", w, on(message.Edit, id))
	}, func(h *house, w string) {
		id := h.says("bia", "nada")
		h.says("bia", w, on(message.Edit, id))
	}},
	{"words for a closed ticket", true, func(h *house, w string) {
		h.says("bia", "fechar: pronto")
		h.says("bia", w)
	}, replied},
	{"words in no thread of ours", true, func(h *house, w string) {
		h.says("bia", w, func(in *message.Inbound) { in.Thread.Refs = nil })
		h.says("bia", w, func(in *message.Inbound) { in.Thread.Refs = []string{"up-elsewhere"} })
	}, replied},
	{"an order that is none", true, func(h *house, w string) { h.says("bia", "prioridade: "+w) }, replied},
	{"beyond the pace", true, func(h *house, w string) {
		for range 41 {
			h.says("bia", "// nada")
		}
		h.says("bia", w)
		h.now = h.now.Add(2 * time.Hour)
	}, replied},
}

var oddWays = []way{
	{"a note by mail", false, func(h *house, w string) {
		h.byMail("bia", "// "+w)
	}, func(h *house, w string) { h.byMail("bia", w) }},
	{"a note in a form", false, func(h *house, w string) {
		h.says("bia", "", form("act:reply:2026-000001", map[string]string{"words": "// " + w}))
	}, func(h *house, w string) {
		h.says("bia", "", form("act:reply:2026-000001", map[string]string{"words": w}))
	}},
	{"a call to the channel in a form", false, func(h *house, w string) {
		h.says("bia", "", form("act:reply:2026-000001", map[string]string{"words": "@channel " + w}))
	}, func(h *house, w string) {
		h.says("bia", "", form("act:reply:2026-000001", map[string]string{"words": w}))
	}},
	{"a guest's command", false, func(h *house, w string) {
		h.says("bia", "2026-000001 fechar: "+w, guest, func(in *message.Inbound) { in.Kind, in.Room = message.Command, message.Address{} })
	}, func(h *house, w string) {
		h.says("bia", "2026-000001 fechar: "+w, func(in *message.Inbound) { in.Kind, in.Room = message.Command, message.Address{} })
	}},
	{"a guest's form", false, func(h *house, w string) {
		h.says("bia", "", guest, form("act:reply:2026-000001", map[string]string{"words": w}))
	}, func(h *house, w string) {
		h.says("bia", "", form("act:reply:2026-000001", map[string]string{"words": w}))
	}},
	{"the reason in a form", false, func(h *house, w string) {
		h.says("bia", "", form("act:severity:2026-000001", map[string]string{"value": "critical", "reason": w}))
	}, replied},
	{"somebody's message, put in for the team", false, func(h *house, w string) {
		h.says("bia", "", form("act:include:", map[string]string{"number": "2026-000001", "words": w, "audience": "team"}))
	}, func(h *house, w string) {
		h.says("bia", "", form("act:include:", map[string]string{"number": "2026-000001", "words": w, "audience": "customer"}))
	}},
	{"a slash command", false, func(h *house, w string) {
		for _, text := range []string{"2026-000001 // " + w, "2026-000001 " + w, w} {
			h.says("bia", text, func(in *message.Inbound) { in.Kind = message.Command })
		}
	}, func(h *house, w string) {
		h.says("bia", "2026-000001 fechar: "+w, func(in *message.Inbound) { in.Kind = message.Command })
	}},
	{"a merge of tickets", false, func(h *house, w string) {
		h.says("bia", w)
		h.mail(betoMail, "O mesmo", "Aqui também")
		h.says("bia", "juntar: 2026-000002")
		h.says("bia", "// de novo "+w)
	}, func(h *house, w string) {
		h.mail(betoMail, "O mesmo", "Aqui também")
		h.says("bia", "juntar: 2026-000002")
		replied(h, w)
	}},
	{"the thread that a ticket left", false, func(h *house, w string) {
		h.says("bia", "produto: Frota")
		h.says("bia", w)
	}, func(h *house, w string) {
		h.says("bia", "produto: Frota")
		replied(h, w)
	}},
	{"an alarm about the ticket", false, func(h *house, w string) {
		h.do(func(ctx context.Context, tx dialogue.Tx) error {
			tk, err := tx.Numbered(ctx, "2026-000001")
			if err != nil {
				return err
			}
			tk.RemarkMachine("", ticket.Said{Text: "alerta: " + w, Via: message.Email}, h.now)
			return tx.Update(ctx, tk)
		})
	}, replied},
	{"the same item again", false, func(h *house, w string) {
		in := h.said("bia", w)
		h.turn(in)
		h.turn(in)
	}, replied},
}

// What is being sent cannot be called back, and what was called back is not sent: the store
// decides, whoever comes first, and the engine tells the truth of it.
func TestUndoOrSent(t *testing.T) {
	t.Parallel()
	for name, sending := range map[string]bool{"called back first": false, "sent first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, false)
			id := h.says("bia", ">> "+open)
			var rows []int64
			for _, channel := range []message.Channel{message.Email, message.WhatsApp} {
				due, err := h.db.Due(t.Context(), channel, "", h.now.Add(time.Hour), nil, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range due {
					if strings.Contains(r.Text, open) {
						rows = append(rows, r.Seq)
					}
				}
			}
			if len(rows) != 2 {
				t.Fatalf("%d messages to the customer, want one on each channel", len(rows))
			}
			if sending { // one of the two is enough
				if mine, err := h.db.ClaimSend(t.Context(), rows[1]); err != nil || !mine {
					t.Fatal(mine, err)
				}
			}
			h.says("bia", "", press("words:undo:"+id))
			for _, seq := range rows {
				mine, err := h.db.ClaimSend(t.Context(), seq)
				if err != nil || mine != sending {
					t.Errorf("it may be sent: %t, %v, want %t", mine, err, sending)
				}
			}
			want := map[bool]ticket.EntryKind{true: ticket.Message, false: ticket.Note}[sending]
			h.do(func(ctx context.Context, tx dialogue.Tx) error {
				e, err := tx.EntryByUpstream(ctx, id)
				if err == nil && e.Kind != want {
					t.Errorf("the words are a %s, want a %s", e.Kind, want)
				}
				return err
			})
		})
	}
}
