package main_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// ledger looks into a desk's database beside the running program.
type ledger struct {
	t  testing.TB
	db *sql.DB
}

func openLedger(t testing.TB, postgres, data string) *ledger {
	t.Helper()
	driver, dsn := "pgx", postgres
	if postgres == "" {
		driver, dsn = "sqlite", "file:"+filepath.Join(data, "recado.db")+"?mode=ro&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &ledger{t: t, db: db}
}

// number is a query's only value.
func (l *ledger) number(query string) (n int) {
	l.t.Helper()
	if err := l.db.QueryRow(query).Scan(&n); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// words is a query's only column.
func (l *ledger) words(query string, args ...any) (all []string) {
	l.t.Helper()
	rows, err := l.db.Query(query, args...)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			l.t.Fatal(err)
		}
		all = append(all, word)
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	return all
}

// outcomes counts how what came in ended; "" has not ended.
func (l *ledger) outcomes() map[string]int {
	l.t.Helper()
	count := map[string]int{}
	for _, outcome := range l.words("select outcome from inbox") {
		count[outcome]++
	}
	return count
}

// ended is how many items have an outcome.
func (l *ledger) ended() int { return l.number("select count(*) from inbox where outcome <> ''") }

// unsent is how many messages still wait to be sent.
func (l *ledger) unsent() int { return l.number("select count(*) from outbox where state = 0") }

// endsWith waits until everything that came in has ended, with these outcomes, and
// everything that was to be said is said.
func (l *ledger) endsWith(within time.Duration, outcomes map[string]int) {
	l.t.Helper()
	var got map[string]int
	defer func() {
		if l.t.Failed() {
			l.t.Logf("the ledger has %v and %d messages unsent; failures: %v", got, l.unsent(), l.failures())
		}
	}()
	eventually(l.t, within, fmt.Sprintf("the ledger has %v and nothing unsent", outcomes), func() bool {
		got = l.outcomes()
		return maps.Equal(got, outcomes) && l.unsent() == 0
	})
}

// settled waits until as many items came in, all have ended, and nothing is unsent.
func (l *ledger) settled(items int) {
	l.t.Helper()
	eventually(l.t, deliveryTime, fmt.Sprintf("%d items have ended, and nothing is unsent", items), func() bool {
		return l.number("select count(*) from inbox") == items && l.ended() == items && l.unsent() == 0
	})
}

// failures are the words of everything that went wrong in passing.
func (l *ledger) failures() []string {
	return slices.Concat(l.words("select failure from inbox where failure <> ''"), l.words("select failure from outbox where failure <> ''"))
}

// entries are the texts of what was said in a ticket, in order.
func (l *ledger) entries(number string) []string {
	l.t.Helper()
	return l.words(`select e.text from entry e join ticket t on t.id = e.ticket
		where t.number = $1 and e.kind in ('message', 'note') order by e.seq`, number)
}

// upstreamIDs are the ids of all that was said to an address.
func (l *ledger) upstreamIDs(address string) []string {
	l.t.Helper()
	return l.words("select upstream_id from outbox where address = $1 order by seq", address)
}

// ofTrouble is a message that tells of a part in trouble, or well again, by its subject.
const ofTrouble = `'%"subject":"Problema: %'`

// troubles are the ids of such messages to an address.
func (l *ledger) troubles(address string) []string {
	l.t.Helper()
	return l.words("select upstream_id from outbox where address = $1 and body like "+ofTrouble+" order by seq", address)
}

// ticketOf is the number of the ticket that a mail went to, by its Message-ID.
func (l *ledger) ticketOf(id string) string {
	l.t.Helper()
	var number string
	err := l.db.QueryRow("select number from inbox where id like $1", strings.Trim(id, "<>")+"#%").Scan(&number)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		l.t.Fatal(err)
	}
	return number
}
