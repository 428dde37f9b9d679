package coretest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/survey"
	"recado/core/ticket"
)

// merges: what was one contact's becomes another's, and goes back.
func (s suite) merges(t *testing.T) {
	org := id[directory.OrgID]()
	in := directory.Membership{Org: org, Role: directory.Standard}
	kept := s.person(t, "Ana", in)
	gone := s.person(t, "Ana (celular)", in)
	gone.Aliases = []directory.Alias{{Address: message.Address{Channel: message.WhatsApp, ID: "55" + string(gone.ID)}, VerifiedAt: noon, VerifiedBy: directory.ByUpstream}}
	s.save(t, &gone)
	other := s.person(t, "Rui", in)

	theirs := s.insert(t, s.open(t, "da que vai", org, gone.ID))
	own := s.insert(t, s.open(t, "da que fica", org, kept.ID))
	copied := s.open(t, "de outro", org, other.ID)
	if err := copied.AddParticipant(other, gone, noon); err != nil {
		t.Fatal(err)
	}
	s.insert(t, copied)
	asked := survey.Survey{ID: id[survey.ID](), Kind: survey.CSAT, Ticket: theirs.ID, Closing: 1, Person: gone.ID, AskedAt: noon, Expires: noon.Add(time.Hour)}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveSurvey(ctx, &asked) })

	before := gone
	joined, left, m := directory.Join(id[directory.MergeID](), kept, gone, "", noon)
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return errors.Join(tx.SavePerson(ctx, &left), tx.SavePerson(ctx, &joined), tx.SaveMerge(ctx, &m))
	})
	s.merged(t, m, joined, theirs.ID, copied.ID, asked.ID)
	current := s.reload(t, theirs.ID) // what was read after it may be stored
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Update(ctx, current) })
	if err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Update(ctx, theirs) }); !errors.Is(err, dialogue.ErrConflict) {
		t.Errorf("a ticket as it was before the merge is stored: %v", err)
	}

	back, again := directory.Part(m, joined, left)
	undo := func(ctx context.Context, tx dialogue.Tx) error {
		return errors.Join(tx.SavePerson(ctx, &back), tx.SavePerson(ctx, &again), tx.UndoMerge(ctx, m, noon.Add(time.Hour)))
	}
	s.update(t, undo)
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		p, err := r.PersonAt(ctx, before.Aliases[0].Address)
		if err != nil || p.ID != gone.ID || !p.Active {
			t.Errorf("after the undo the number is %+v's, %v", p, err)
		}
		if got, err := r.Merge(ctx, m.ID); err != nil || got.UndoneAt.IsZero() {
			t.Errorf("the undo is not noted: %+v, %v", got, err)
		}
		return nil
	})
	if got := s.reload(t, theirs.ID); got.Requester != gone.ID {
		t.Errorf("the ticket is %s's", got.Requester)
	}
	if got := s.reload(t, copied.ID); !slices.Equal(got.Participants, []directory.PersonID{gone.ID}) {
		t.Errorf("in copy: %v", got.Participants)
	}
	if got := s.reload(t, own.ID); got.Requester != kept.ID {
		t.Errorf("a ticket that never moved is %s's", got.Requester)
	}
	if err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.UndoMerge(ctx, m, noon) }); !errors.Is(err, dialogue.ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
}

func (s suite) merged(t *testing.T, m directory.Merge, kept directory.Person, theirs, copied ticket.ID, asked survey.ID) {
	t.Helper()
	want := m
	want.Tickets, want.Copies, want.Surveys = []string{string(theirs)}, []string{string(copied)}, []string{string(asked)}
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		got, err := r.Merge(ctx, m.ID)
		got.At, got.Aliases[0].VerifiedAt = want.At, want.Aliases[0].VerifiedAt // of microseconds, in UTC
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
		}
		if all, err := r.Merges(ctx, 10); err != nil || len(all) == 0 || all[0].ID != m.ID {
			t.Errorf("listed: %+v, %v", all, err)
		}
		if _, err := r.Merge(ctx, "none"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("one that never was: %v", err)
		}
		if p, err := r.PersonAt(ctx, m.Aliases[0].Address); err != nil || p.ID != kept.ID {
			t.Errorf("the number is %s's, %v", p.ID, err)
		}
		if sv, found, err := waiting(ctx, r, kept.ID); err != nil || !found || sv.ID != asked {
			t.Errorf("what was asked: %+v, %t, %v", sv, found, err)
		}
		return nil
	})
	if got := s.reload(t, theirs); got.Requester != kept.ID {
		t.Errorf("the ticket is %s's", got.Requester)
	}
	if got := s.reload(t, copied); !slices.Equal(got.Participants, []directory.PersonID{kept.ID}) {
		t.Errorf("in copy: %v", got.Participants)
	}
}

func waiting(ctx context.Context, r dialogue.Reader, who directory.PersonID) (survey.Survey, bool, error) {
	sv, err := r.Waiting(ctx, who, noon.Add(time.Minute))
	if errors.Is(err, survey.ErrUnknown) {
		return sv, false, nil
	}
	return sv, err == nil, err
}
