package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/bot/sqlstore"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

const benchConversations = 200

// BenchmarkTurns measures whole turns as the runtime makes them, over 200
// conversations at once: item accepted, read, session and people and ticket read,
// turn committed, notice marked as sent. Beside turns/s it reports raw/s, what the
// same database does in single-row durable commits by one caller, and their ratio.
//
//	go test -run '^$' -bench Turns -benchtime 10000x ./bot/sqlstore
func BenchmarkTurns(b *testing.B) {
	for name, options := range databases {
		b.Run(name, func(b *testing.B) {
			o := options(b)
			d := newDesk(b, open(b, o))
			raw := rawCommits(b, o)
			cpu := cpuTime(b)
			ctx, stop := context.WithCancel(b.Context())
			var sending sync.WaitGroup
			sending.Go(func() { d.send(ctx) })
			b.ResetTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			var talking sync.WaitGroup
			for i := range benchConversations {
				talking.Go(func() {
					for left.Add(-1) >= 0 {
						if err := d.turn(ctx, i); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			talking.Wait()
			for d.sent.Load() < d.posted.Load() {
				time.Sleep(time.Millisecond) // the bench ends when everything is sent
			}
			b.StopTimer()
			stop()
			sending.Wait()
			cpu = cpuTime(b) - cpu
			raw = (raw + rawCommits(b, o)) / 2
			turns := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/turn")
			b.ReportMetric(turns, "turns/s")
			b.ReportMetric(raw, "raw/s")
			b.ReportMetric(turns/raw, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpuTime is what this process has used, which a busy machine does not change.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rawCommits is how many single-row durable commits the database makes a second.
func rawCommits(b *testing.B, o sqlstore.Options) float64 {
	driver, dsn := "pgx", o.DSN
	if o.Driver == sqlstore.SQLite {
		driver = "sqlite"
		dsn = "file:" + b.TempDir() + "/raw.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	}
	h, err := sql.Open(driver, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	h.SetMaxOpenConns(1)
	if _, err := h.Exec("create table if not exists raw (id bigint primary key, words text not null)"); err != nil {
		b.Fatal(err)
	}
	insert, err := h.Prepare("insert into raw (id, words) values ($1, $2)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	const n = 2000
	var from int
	if err := h.QueryRow("select coalesce(max(id), 0) + 1 from raw").Scan(&from); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	for i := range n {
		if _, err := insert.Exec(from+i, "one row of some forty letters, no more"); err != nil {
			b.Fatal(err)
		}
	}
	return n / time.Since(begun).Seconds()
}

// desk is a database with one ticket in each conversation.
type desk struct {
	db           *sqlstore.DB
	people       []directory.Person
	tickets      []ticket.ID
	claims       []inbox.Claim
	n            []int
	posted, sent atomic.Int64
	wake         chan struct{}
}

func newDesk(b *testing.B, db *sqlstore.DB) *desk {
	d := &desk{db: db, n: make([]int, benchConversations), wake: make(chan struct{}, 1)}
	ctx, now := b.Context(), time.Now()
	org := directory.Organisation{ID: "org", Name: "Aurora", Active: true}
	err := db.Update(ctx, func(tx dialogue.Tx) error {
		for i := range 60 {
			if err := tx.SaveItem(ctx, catalog.Item{ID: fmt.Sprint("p", i), Level: catalog.Product, Name: fmt.Sprint("Produto ", i), Active: true}); err != nil {
				return err
			}
		}
		return tx.SaveOrganisation(ctx, &org)
	})
	for i := range benchConversations {
		p := directory.Person{
			ID: directory.PersonID(uuid.NewString()), Name: fmt.Sprint("Pessoa ", i), Active: true, Language: "pt-BR",
			Members: []directory.Membership{{Org: org.ID, Role: directory.Standard}}, Aliases: []directory.Alias{{Address: d.address(i), VerifiedAt: now}},
		}
		tk, failed := ticket.New(ticket.Draft{Org: org.ID, Requester: p.ID, Subject: "Não autoriza o CT-e", Description: "desde ontem"}, now)
		if err == nil {
			err = failed
		}
		if err == nil {
			err = db.Update(ctx, func(tx dialogue.Tx) error {
				if err := tx.SavePerson(ctx, &p); err != nil {
					return err
				}
				return tx.Insert(ctx, tk)
			})
		}
		if err != nil {
			b.Fatal(err)
		}
		claims, err := db.Claim(ctx, "bench", []string{d.conversation(i)}, now, time.Hour)
		if err != nil {
			b.Fatal(err)
		}
		d.people, d.tickets, d.claims = append(d.people, p), append(d.tickets, tk.ID), append(d.claims, claims...)
	}
	return d
}

func (d *desk) address(i int) message.Address {
	return message.Address{Channel: message.WhatsApp, ID: fmt.Sprint("55119000", i)}
}

func (d *desk) conversation(i int) string { return message.ConversationWith("desk", d.address(i)) }

// turn is one message in conversation i, taken to its effects.
func (d *desk) turn(ctx context.Context, i int) error {
	d.n[i]++
	now := time.Now()
	in := message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: "desk", ID: fmt.Sprint(i, "/", d.n[i])},
		Kind: message.Text, Conversation: d.conversation(i), From: d.address(i), Proof: message.ByUpstream, ReceivedAt: now, SentAt: now,
		Text: "ainda não funciona, a nota volta com o erro 301 desde ontem à tarde", Thread: message.Thread{ID: uuid.NewString()},
	}
	if _, err := d.db.Accept(ctx, []message.Inbound{in}, now); err != nil {
		return err
	}
	c := d.claims[i]
	items, err := d.db.Items(ctx, c.Conversation, 20)
	if err != nil {
		return err
	}
	previous, err := d.db.Sessions().Load(ctx, c.Conversation, int64(d.n[i]-1))
	if err != nil {
		return err
	}
	var p directory.Person
	var tk *ticket.Ticket
	err = d.db.View(ctx, func(r dialogue.Reader) error {
		if p, err = r.PersonAt(ctx, in.From); err != nil {
			return err
		}
		if _, err := r.Organisation(ctx, "org"); err != nil {
			return err
		}
		if _, err := r.Catalog(ctx); err != nil {
			return err
		}
		open, err := r.OpenOf(ctx, p.ID, 10)
		if err == nil {
			tk = open[0]
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := tk.Add(p, ticket.Said{At: now, Text: in.Text, Via: message.WhatsApp, Upstream: in.Thread.ID}, now); err != nil {
		return err
	}
	next := dialogue.Session{Topic: "ticket", Ticket: tk.ID, At: now}
	err = d.db.Update(ctx, func(tx dialogue.Tx) error {
		if err := tx.Update(ctx, tk); err != nil {
			return err
		}
		out := message.Outbound{ID: uuid.NewString(), To: in.From, Account: "desk", Language: "pt-BR", Text: "Anotei no chamado *" + tk.Number + "*.", Number: tk.Number}
		if err := tx.Post(ctx, out); err != nil {
			return err
		}
		if err := d.db.Sessions().Save(ctx, tx, c.Conversation, int64(d.n[i]), next, previous, int64(d.n[i]-1)); err != nil {
			return err
		}
		return tx.Finish(ctx, dialogue.Done{
			Conversation: c.Conversation, Owner: c.Owner, Fence: c.Fence, Turn: int64(d.n[i]),
			Seqs: []int64{items[0].Seq}, Outcomes: []message.Outcome{{Code: message.Added, Number: tk.Number}},
		})
	})
	if err != nil {
		return err
	}
	d.posted.Add(1)
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return nil
}

// send takes what is due, until ctx ends.
func (d *desk) send(ctx context.Context) {
	for {
		select {
		case <-d.wake:
		case <-ctx.Done():
			return
		}
		for {
			rows, err := d.db.Due(ctx, message.WhatsApp, "desk", time.Now(), nil, 100)
			if err != nil || len(rows) == 0 {
				break
			}
			results := make([]outbox.Result, len(rows))
			for i, r := range rows {
				results[i] = outbox.Result{Row: r, At: time.Now(), Sent: true, UpstreamID: r.ID}
			}
			if d.db.Record(ctx, results) == nil {
				d.sent.Add(int64(len(rows)))
			}
		}
	}
}
