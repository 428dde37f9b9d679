package ticket_test

import (
	"slices"
	"testing"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// transition is one of a ticket's, with all but the actor given.
type transition func(tk *ticket.Ticket, by directory.Person) error

var (
	add    transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.Add(by, said("E agora?"), now) }
	answer transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.Answer(by, said("Reenviamos"), now.Add(time.Hour), now)
	}
	note  transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.Note(by, said("Falar com o Davi"), now) }
	take  transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.Take(by, davi, now) }
	start transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.SetStatus(by, ticket.InProgress, "", now)
	}
	closing transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.Close(by, ticket.Team, said("Pronto"), now)
	}
	reopen   transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.Reopen(by, said("Voltou"), window, now) }
	expire   transition = func(tk *ticket.Ticket, _ directory.Person) error { return tk.Expire("silent", now.Add(72*time.Hour)) }
	priority transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetPriority(by, ticket.High, now) }
	severity transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetSeverity(by, ticket.Low, now) }
	setType  transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetType(by, ticket.Change, now) }
	about    transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.SetAbout(by, catalog.Path{Product: "rh"}, now)
	}
	subject   transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetSubject(by, "Outro", now) }
	contact   transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetContact(by, " Recepção ", now) }
	hide      transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetPrivate(by, true, now) }
	giveToRui transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.SetRequester(by, rui, now) }
	due       transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.SetDue(by, now.Add(time.Hour), "feriado", now)
	}
	copyRui transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.AddParticipant(by, rui, now) }
	uncopy  transition = func(tk *ticket.Ticket, by directory.Person) error { return tk.RemoveParticipant(by, carla.ID, now) }
)

// tries does a transition. Refused, it must have changed nothing; allowed, its news
// must follow on what the ticket had.
func tries(t *testing.T, tk *ticket.Ticket, by directory.Person, do transition, want string) {
	t.Helper()
	before := copyOf(tk)
	if got := code(t, do(tk, by)); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	if want != "" {
		if !same(before, copyOf(tk)) {
			t.Errorf("refused, and yet changed:\nbefore %+v\nafter  %+v", before, *tk)
		}
		return
	}
	news := tk.News()
	if len(news) == 0 || tk.Entries != before.Entries+len(news) {
		t.Fatalf("%d news, and %d entries after %d", len(news), tk.Entries, before.Entries)
	}
	for i, e := range news {
		if e.Seq != before.Entries+i+1 || e.ID == "" || e.Ticket != tk.ID {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
}

// Every transition in every state, by an agent: the refusal, or none.
func TestStates(t *testing.T) {
	t.Parallel()
	status := func(to ticket.Status, on string) transition {
		return func(tk *ticket.Ticket, by directory.Person) error { return tk.SetStatus(by, to, on, now) }
	}
	final := func(s ticket.Said) transition {
		return func(tk *ticket.Ticket, by directory.Person) error { return tk.Close(by, ticket.Team, s, now) }
	}
	everywhere := func(code string) map[state]string {
		m := map[state]string{}
		for _, s := range states {
			m[s] = code
		}
		return m
	}
	except := func(m map[state]string, s state, code string) map[state]string {
		m[s] = code
		return m
	}
	for _, tc := range []struct {
		name string
		do   transition
		want map[state]string
	}{
		{"add", add, except(everywhere(""), isClosed, "closed")},
		{"answer", answer, except(everywhere(""), isClosed, "closed")},
		{"note", note, everywhere("")},
		{"take", take, except(everywhere(""), isClosed, "closed")},
		{"to waiting", status(ticket.Waiting, "o banco"), except(everywhere(""), isClosed, "closed")},
		{"to waiting on nothing", status(ticket.Waiting, " "), except(everywhere("waiting-on"), isClosed, "closed")},
		{"to closed", status(ticket.Closed, ""), except(everywhere("final-message"), isClosed, "closed")},
		{"to an unknown status", status("frozen", ""), everywhere("unknown-status")},
		{"close", closing, except(everywhere(""), isClosed, "already-closed")},
		{"close with a file alone", final(ticket.Said{Attachments: []message.Attachment{{Name: "a.pdf"}}}), except(everywhere(""), isClosed, "already-closed")},
		{"close without a word", final(ticket.Said{Text: " \n"}), except(everywhere("final-message"), isClosed, "already-closed")},
		{"reopen", reopen, except(everywhere("not-closed"), isClosed, "")},
		{"expire", expire, except(everywhere("not-due"), onAna, "")},
		{"priority", priority, everywhere("")},
		{"severity", severity, everywhere("")},
		{"type", setType, everywhere("")},
		{"about", about, everywhere("")},
		{"subject", subject, everywhere("")},
		{"contact", contact, everywhere("")},
		{"requester", giveToRui, everywhere("")},
		{"due", due, everywhere("")},
		{"copy", copyRui, everywhere("")},
		{"merge", mergeAway, except(everywhere(""), isClosed, "closed")},
		{"split", split, everywhere("")},
		{"relate", relate, everywhere("")},
		{"uncopy", uncopy, everywhere("")},
	} {
		for _, s := range states {
			t.Run(tc.name+"/"+string(s), func(t *testing.T) {
				t.Parallel()
				tries(t, in(t, s), bia, tc.do, tc.want[s])
			})
		}
	}
}

func TestRefusesWhatIsUnknown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   transition
		want string
	}{
		"a priority":              {func(tk *ticket.Ticket, by directory.Person) error { return tk.SetPriority(by, "huge", now) }, "unknown-level"},
		"a severity":              {func(tk *ticket.Ticket, by directory.Person) error { return tk.SetSeverity(by, "", now) }, "unknown-level"},
		"a type":                  {func(tk *ticket.Ticket, by directory.Person) error { return tk.SetType(by, "complaint", now) }, "unknown-type"},
		"a due time that is over": {func(tk *ticket.Ticket, by directory.Person) error { return tk.SetDue(by, now, "", now) }, "due-past"},
		"an empty title":          {func(tk *ticket.Ticket, by directory.Person) error { return tk.SetSubject(by, " \n ", now) }, "no-subject"},
		"a customer as agent": {func(tk *ticket.Ticket, by directory.Person) error {
			return tk.Take(by, ana, now)
		}, "not-on-team"},
		"an agent who left": {func(tk *ticket.Ticket, by directory.Person) error {
			return tk.Take(by, inactive(davi), now)
		}, "not-on-team"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries(t, opened(t), bia, tc.do, tc.want)
		})
	}
}

// What each transition leaves in the history.
func TestEvents(t *testing.T) {
	t.Parallel()
	type event struct {
		field, from, to, text string
		by                    directory.PersonID
	}
	for _, tc := range []struct {
		name  string
		state state
		do    transition
		want  []event
	}{
		{"take", isOpen, take, []event{{"agent", "", "davi", "", "bia"}, {"status", "open", "in-progress", "", "bia"}}},
		{"take from another", inProgress, take, []event{{"agent", "bia", "davi", "", "bia"}}},
		{"first answer", isOpen, answer, []event{{"agent", "", "bia", "", "bia"}, {"status", "open", "waiting", "", "bia"}}},
		{"next answer", onAna, answer, nil},
		{"answer after waiting on others", onOthers, answer, []event{{"agent", "", "bia", "", "bia"}, {"status", "waiting", "waiting", "", "bia"}}},
		{"the customer's word", onAna, add, []event{{"status", "waiting", "in-progress", "", ""}}},
		{"the customer's word, waiting on others", onOthers, add, nil},
		{"wait", isOpen, func(tk *ticket.Ticket, by directory.Person) error {
			return tk.SetStatus(by, ticket.Waiting, " o banco ", now)
		},
			[]event{{"status", "open", "waiting", "o banco", "bia"}}},
		{"close", isOpen, closing, []event{{"agent", "", "bia", "", "bia"}, {"status", "open", "closed", "", "bia"}}},
		{"expire", onAna, expire, []event{{"status", "waiting", "closed", "silent", ""}}},
		{"reopen", isClosed, reopen, []event{{"status", "closed", "in-progress", "", "bia"}}},
		{"priority", isOpen, priority, []event{{"priority", "normal", "high", "", "bia"}}},
		{"severity", isOpen, severity, []event{{"severity", "normal", "low", "", "bia"}}},
		{"type", isOpen, setType, []event{{"type", "problem", "change", "", "bia"}}},
		{"about", isOpen, about, []event{{"product", "", "rh", "", "bia"}}},
		{"subject", isOpen, subject, []event{{"subject", "O CT-e não autoriza", "Outro", "", "bia"}}},
		{"contact", isOpen, contact, []event{{"contact", "", "Recepção", "", "bia"}}},
		{"requester", isOpen, giveToRui, []event{{"requester", "ana", "rui", "", "bia"}}},
		{"requester, who was in copy", isOpen, func(tk *ticket.Ticket, by directory.Person) error { return tk.SetRequester(by, carla, now) },
			[]event{{"requester", "ana", "carla", "", "bia"}, {"participant", "carla", "", "", "bia"}}},
		{"due", isOpen, due, []event{{"due", "", "2026-03-02T13:00:00Z", "", "bia"}}},
		{"copy", isOpen, copyRui, []event{{"participant", "", "rui", "", "bia"}}},
		{"uncopy", isOpen, uncopy, []event{{"participant", "carla", "", "", "bia"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tk := in(t, tc.state)
			if err := tc.do(tk, bia); err != nil {
				t.Fatal(err)
			}
			var got []event
			for _, e := range tk.News() {
				if e.Kind == ticket.Event {
					got = append(got, event{e.Field, e.From, e.To, e.Text, e.Author})
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

func TestNothingChangedIsNoEvent(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]transition{
		"priority": func(tk *ticket.Ticket, by directory.Person) error { return tk.SetPriority(by, ticket.Normal, now) },
		"subject": func(tk *ticket.Ticket, by directory.Person) error {
			return tk.SetSubject(by, " O CT-e  não autoriza", now)
		},
		"about": func(tk *ticket.Ticket, by directory.Person) error { return tk.SetAbout(by, catalog.Path{}, now) },
		"status": func(tk *ticket.Ticket, by directory.Person) error {
			return tk.SetStatus(by, ticket.Open, "ignored", now)
		},
		"in copy already":    func(tk *ticket.Ticket, by directory.Person) error { return tk.AddParticipant(by, carla, now) },
		"the requester":      func(tk *ticket.Ticket, by directory.Person) error { return tk.AddParticipant(by, ana, now) },
		"not in copy":        func(tk *ticket.Ticket, by directory.Person) error { return tk.RemoveParticipant(by, rui.ID, now) },
		"the same requester": func(tk *ticket.Ticket, by directory.Person) error { return tk.SetRequester(by, ana, now) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := opened(t)
			before := copyOf(tk)
			if err := do(tk, bia); err != nil {
				t.Fatal(err)
			}
			if !same(before, copyOf(tk)) {
				t.Errorf("got %+v with news %+v", *tk, tk.News())
			}
		})
	}
}

// B7, D5: the word goes to and fro.
func TestTheWord(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	remind, later := now.Add(48*time.Hour), now.Add(time.Hour)
	if err := tk.Answer(bia, said("Pode conferir?"), remind, later); err != nil {
		t.Fatal(err)
	}
	if tk.LastSide != ticket.Team || !tk.LastAt.Equal(later) || !tk.AnsweredAt.Equal(later) || !tk.RemindAt.Equal(remind) || tk.WaitingOn != ticket.OnRequester {
		t.Errorf("after the answer: %+v", *tk)
	}
	tk.Reminded(remind.Add(time.Hour), remind)
	if tk.Reminders != 1 || !tk.RemindAt.Equal(remind.Add(time.Hour)) {
		t.Errorf("after the reminder: %+v", *tk)
	}
	tk.Remark(ana.ID, said("Obrigada!"), remind)
	if tk.LastSide != ticket.Team || tk.Reminders != 1 || tk.Status != ticket.Waiting {
		t.Errorf("a courtesy changed something: %+v", *tk)
	}
	if err := tk.Add(ana, said("Ainda não"), remind); err != nil {
		t.Fatal(err)
	}
	if tk.LastSide != ticket.Customer || tk.Reminders != 0 || !tk.RemindAt.IsZero() || tk.Status != ticket.InProgress || tk.WaitingOn != "" {
		t.Errorf("after the customer's word: %+v", *tk)
	}
	if err := tk.Answer(davi, said("E agora?"), remind.Add(48*time.Hour), remind); err != nil {
		t.Fatal(err)
	}
	if !tk.AnsweredAt.Equal(later) || tk.Agent != bia.ID {
		t.Errorf("the first answer or the agent was forgotten: %+v", *tk)
	}
}

// D5: only a requester from whom something is expected is reminded, and closed.
func TestRemindersEndWithTheWaiting(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]transition{
		"taken up again": start,
		"waits on others": func(tk *ticket.Ticket, by directory.Person) error {
			return tk.SetStatus(by, ticket.Waiting, "o banco", now)
		},
		"the customer wrote": add,
		"closed":             closing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := in(t, onAna)
			tk.Reminded(now.Add(time.Hour), now)
			if err := do(tk, bia); err != nil {
				t.Fatal(err)
			}
			if !tk.RemindAt.IsZero() || tk.Reminders != 0 {
				t.Errorf("a reminder is due at %s after %d", tk.RemindAt, tk.Reminders)
			}
		})
	}
}

func TestExpireWaitsForItsTime(t *testing.T) {
	t.Parallel()
	remind := now.Add(48 * time.Hour)
	for name, tc := range map[string]struct {
		at   time.Time
		want string
	}{"before": {remind.Add(-1), "not-due"}, "at the time": {remind, ""}, "late": {remind.Add(time.Hour), ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := in(t, onAna)
			tries(t, tk, directory.Person{}, func(tk *ticket.Ticket, _ directory.Person) error { return tk.Expire("silent", tc.at) }, tc.want)
			if tc.want == "" && (tk.Closings != 1 || tk.ClosedBy != "" || !tk.ClosedAt.Equal(tc.at)) {
				t.Errorf("got %+v", *tk)
			}
		})
	}
}

// B12: within the window, its last moment included.
func TestReopenWindow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		after time.Duration
		want  string
	}{
		"at once":           {0, ""},
		"the last moment":   {window, ""},
		"a moment too late": {window + 1, "reopen-late"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := in(t, isClosed)
			at := now.Add(tc.after)
			tries(t, tk, ana, func(tk *ticket.Ticket, by directory.Person) error { return tk.Reopen(by, said("Voltou"), window, at) }, tc.want)
			if tc.want == "" && (tk.Status != ticket.InProgress || !tk.ClosedAt.IsZero() || tk.ClosedBy != "" || tk.LastSide != ticket.Customer || tk.Closings != 1) {
				t.Errorf("got %+v", *tk)
			}
		})
	}
}

func TestReopenedWithoutAWord(t *testing.T) {
	t.Parallel()
	tk := in(t, isClosed)
	if err := tk.Reopen(bia, ticket.Said{}, window, now); err != nil {
		t.Fatal(err)
	}
	if news := tk.News(); len(news) != 1 || news[0].Kind != ticket.Event || tk.LastSide != ticket.Team {
		t.Errorf("got %+v, last word %s", news, tk.LastSide)
	}
}

// B11: who closed it, whose word it was, and a courtesy afterwards.
func TestClosed(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	if err := tk.Close(ana, ticket.Customer, said("Era a senha"), now); err != nil {
		t.Fatal(err)
	}
	if tk.Agent != "" || !tk.AnsweredAt.IsZero() || tk.ClosedBy != ana.ID || tk.LastSide != ticket.Customer || tk.Closings != 1 {
		t.Errorf("closed by the customer: %+v", *tk)
	}
	tk.Stored()
	tk.Remark(ana.ID, said("Obrigada!"), now.Add(time.Hour))
	tk.RemarkMachine("", said("Estou de férias"), now.Add(time.Hour))
	news := tk.News()
	if tk.Status != ticket.Closed || len(news) != 2 || news[0].Kind != ticket.Message || news[1].Kind != ticket.Note || news[1].Side != ticket.System {
		t.Errorf("a courtesy and a machine after the closing: %s, %+v", tk.Status, news)
	}
}
