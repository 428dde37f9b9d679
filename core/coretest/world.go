package coretest

import (
	"context"
	"testing"
	"time"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"

	"github.com/google/uuid"
)

// noon is when the tests happen: to the microsecond, and not in UTC.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456000, time.FixedZone("BRT", -3*3600))

// stored is a time as it comes back.
func stored(t time.Time) time.Time { return t.Truncate(time.Microsecond).UTC() }

func id[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }

// suite is one store under test, and shorthands that fail the test.
type suite struct {
	store dialogue.Store
}

// update runs do and demands that it is committed.
func (s suite) update(t *testing.T, do func(context.Context, dialogue.Tx) error) {
	t.Helper()
	if err := s.try(t, do); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func (s suite) try(t *testing.T, do func(context.Context, dialogue.Tx) error) error {
	t.Helper()
	ctx := t.Context()
	return s.store.Update(ctx, func(tx dialogue.Tx) error { return do(ctx, tx) })
}

func (s suite) view(t *testing.T, do func(context.Context, dialogue.Reader) error) {
	t.Helper()
	ctx := t.Context()
	if err := s.store.View(ctx, func(r dialogue.Reader) error { return do(ctx, r) }); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// get reads one value.
func get[T any](t *testing.T, s suite, read func(context.Context, dialogue.Reader) (T, error)) (v T) {
	t.Helper()
	s.view(t, func(ctx context.Context, r dialogue.Reader) (err error) {
		v, err = read(ctx, r)
		return err
	})
	return v
}

// person saves somebody.
func (s suite) person(t *testing.T, name string, members ...directory.Membership) directory.Person {
	t.Helper()
	p := directory.Person{ID: id[directory.PersonID](), Name: name, Active: true, Members: members}
	s.save(t, &p)
	return p
}

func (s suite) save(t *testing.T, p *directory.Person) {
	t.Helper()
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, p) })
}

// open makes a ticket that is not stored yet.
func (s suite) open(t *testing.T, subject string, org directory.OrgID, requester directory.PersonID) *ticket.Ticket {
	t.Helper()
	tk, err := ticket.New(ticket.Draft{
		Org: org, Requester: requester, Subject: subject, Description: "desde ontem", Via: message.Email,
		About: catalog.Path{Product: "fiscal"}, Type: ticket.Problem,
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return tk
}

func (s suite) insert(t *testing.T, tk *ticket.Ticket) *ticket.Ticket {
	t.Helper()
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Insert(ctx, tk) })
	return tk
}

func (s suite) reload(t *testing.T, id ticket.ID) *ticket.Ticket {
	t.Helper()
	return get(t, s, func(ctx context.Context, r dialogue.Reader) (*ticket.Ticket, error) { return r.Ticket(ctx, id) })
}

// agent is on the team.
func (s suite) agent(t *testing.T) directory.Person {
	t.Helper()
	p := directory.Person{ID: id[directory.PersonID](), Name: "Bia", Active: true, Team: directory.Agent}
	s.save(t, &p)
	return p
}
