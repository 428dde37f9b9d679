package ticket_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// The cast. Ana opened the ticket, Carla is in copy; Rui is a colleague.
const aurora directory.OrgID = "aurora"

func person(id directory.PersonID, role directory.Role, org directory.OrgID) directory.Person {
	return directory.Person{ID: id, Name: string(id), Active: true, Members: []directory.Membership{{Org: org, Role: role}}}
}

func inactive(p directory.Person) directory.Person {
	p.Active = false
	return p
}

var (
	ana   = person("ana", directory.Standard, aurora)
	carla = person("carla", directory.Standard, aurora)
	rui   = person("rui", directory.Standard, aurora)
	marta = person("marta", directory.Manager, aurora)
	adm   = person("adm", directory.Administrator, aurora)
	other = person("other", directory.Administrator, "brisa")
	bia   = directory.Person{ID: "bia", Name: "bia", Active: true, Team: directory.Agent}
	davi  = directory.Person{ID: "davi", Name: "davi", Active: true, Team: directory.Supervisor}
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const window = 5 * 24 * time.Hour

func said(text string) ticket.Said { return ticket.Said{Text: text, Via: message.WhatsApp} }

// opened is Ana's ticket as the store has it.
func opened(t testing.TB) *ticket.Ticket {
	t.Helper()
	tk, err := ticket.New(ticket.Draft{
		Org: aurora, Requester: ana.ID, Subject: "O CT-e não autoriza", Description: "Desde ontem",
		Via: message.WhatsApp, Participants: []directory.PersonID{carla.ID},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	tk.Number = "2026-000001"
	tk.Stored()
	return tk
}

// The states that a ticket can be in, each reached by its transitions and stored.
type state string

const (
	isOpen     state = "open"
	inProgress state = "in progress"
	onAna      state = "waiting on the requester"
	onOthers   state = "waiting on others"
	isClosed   state = "closed"
)

var states = []state{isOpen, inProgress, onAna, onOthers, isClosed}

func in(t testing.TB, s state) *ticket.Ticket {
	t.Helper()
	tk := opened(t)
	var err error
	switch s {
	case inProgress:
		err = tk.Take(bia, bia, now)
	case onAna:
		err = tk.Answer(bia, said("Pode conferir?"), now.Add(48*time.Hour), now)
	case onOthers:
		err = tk.SetStatus(bia, ticket.Waiting, "fornecedor", now)
	case isClosed:
		err = tk.Close(bia, ticket.Team, said("Resolvido"), now)
	case isOpen:
	}
	if err != nil {
		t.Fatal(err)
	}
	tk.Stored()
	return tk
}

// code is that of a refusal, or "".
func code(t testing.TB, err error) string {
	t.Helper()
	var r *directory.Refusal
	if err != nil && !errors.As(err, &r) {
		t.Fatalf("an error that is no refusal: %v", err)
	}
	if r == nil {
		return ""
	}
	return r.Code
}

// copyOf is all of a ticket, hidden parts too, for comparing.
func copyOf(tk *ticket.Ticket) ticket.Ticket {
	c := *tk
	c.Participants = slices.Clone(tk.Participants)
	return c
}

func same(a, b ticket.Ticket) bool { return reflect.DeepEqual(a, b) }

func TestNew(t *testing.T) {
	t.Parallel()
	d := ticket.Draft{
		Org: aurora, Requester: ana.ID, OpenedBy: bia.ID, Contact: "Recepção", Subject: "  O CT-e \n não autoriza ", Description: "Desde ontem",
		About: catalog.Path{Product: "fiscal"}, Type: ticket.Question, Priority: ticket.High, Severity: ticket.Critical, Private: true,
		Via: "phone", Said: []ticket.Said{{At: now.Add(-time.Minute), Text: "Oi"}, {Text: "Desde ontem", Upstream: "m2"}},
	}
	tk, err := ticket.New(d, now)
	if err != nil {
		t.Fatal(err)
	}
	if tk.Status != ticket.Open || tk.Subject != "O CT-e não autoriza" || tk.OpenedBy != bia.ID || tk.Requester != ana.ID || tk.Contact != "Recepção" ||
		tk.About.Product != "fiscal" || tk.Type != ticket.Question || tk.Priority != ticket.High || tk.Severity != ticket.Critical || !tk.Private ||
		!tk.OpenedAt.Equal(now) || tk.LastSide != ticket.Customer || tk.Version != 0 || tk.Number != "" || tk.ID == "" {
		t.Errorf("got %+v", tk)
	}
	news := tk.News()
	if len(news) != 3 || tk.Entries != 3 {
		t.Fatalf("got %d entries: %+v", len(news), news)
	}
	if e := news[0]; e.Kind != ticket.Event || e.Field != "status" || e.To != "open" || e.Author != bia.ID || e.Side != ticket.System {
		t.Errorf("the opening was noted as %+v", e)
	}
	if e := news[1]; e.Text != "Oi" || !e.At.Equal(now.Add(-time.Minute)) || e.Author != ana.ID || e.Side != ticket.Customer {
		t.Errorf("the first words were kept as %+v", e)
	}
	if e := news[2]; e.Upstream != "m2" || !e.At.Equal(now) || e.Seq != 3 || e.Ticket != tk.ID {
		t.Errorf("the second words were kept as %+v", e)
	}
}

func TestNewFillsIn(t *testing.T) {
	t.Parallel()
	tk, err := ticket.New(ticket.Draft{Org: aurora, Requester: ana.ID, Subject: "a", Description: "b", Via: message.Email}, now)
	if err != nil {
		t.Fatal(err)
	}
	if tk.Type != ticket.Problem || tk.Priority != ticket.Normal || tk.Severity != ticket.Normal || tk.OpenedBy != ana.ID {
		t.Errorf("got %+v", tk)
	}
	if news := tk.News(); len(news) != 2 || news[1].Text != "b" || news[1].Via != message.Email {
		t.Errorf("the description was kept as %+v", news)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*ticket.Draft)
		want   string
	}{
		"nothing wrong":              {func(*ticket.Draft) {}, ""},
		"words instead of a summary": {func(d *ticket.Draft) { d.Description, d.Said = "", []ticket.Said{said("x")} }, ""},
		"no organisation":            {func(d *ticket.Draft) { d.Org = "" }, "not-member"},
		"no requester":               {func(d *ticket.Draft) { d.Requester = "" }, "not-member"},
		"no subject":                 {func(d *ticket.Draft) { d.Subject = " \n" }, "no-subject"},
		"no description":             {func(d *ticket.Draft) { d.Description = " " }, "no-description"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := ticket.Draft{Org: aurora, Requester: ana.ID, Subject: "a", Description: "b"}
			tc.change(&d)
			tk, err := ticket.New(d, now)
			if got := code(t, err); got != tc.want || (tk == nil) != (tc.want != "") {
				t.Errorf("got %q and ticket %v, want %q", got, tk, tc.want)
			}
		})
	}
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]int64{"2026-000001": 1, "2026-012345": 12345, "2026-1234567": 1234567} {
		if got := ticket.FormatNumber(2026, n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestStoredForgetsTheNews(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	version, entries := tk.Version, tk.Entries
	tk.Remark(ana.ID, said("Obrigada!"), now)
	news := tk.News()
	news[0].Text = "changed from outside"
	if got := tk.News(); len(got) != 1 || got[0].Text != "Obrigada!" {
		t.Fatalf("got %+v", got)
	}
	tk.Stored()
	if len(tk.News()) != 0 || tk.Version != version+1 || tk.Entries != entries+1 {
		t.Errorf("got %d news, version %d, %d entries", len(tk.News()), tk.Version, tk.Entries)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"short enough":           {"O CT-e não autoriza", 40, "O CT-e não autoriza"},
		"exactly":                {"ação", 4, "ação"},
		"blanks and lines":       {" a \n\n b\tc ", 40, "a b c"},
		"cut at a word":          {"O CT-e não autoriza desde ontem", 24, "O CT-e não autoriza…"},
		"one long word":          {strings.Repeat("ã", 30), 10, strings.Repeat("ã", 9) + "…"},
		"the only blank is far":  {"Oi " + strings.Repeat("x", 30), 10, "Oi xxxxxx…"},
		"nothing":                {"  ", 10, ""},
		"counted in characters":  {"çãõéí çãõéí", 11, "çãõéí çãõéí"},
		"no room for an ellipse": {"abc", 1, "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ticket.Shorten(tc.text, tc.limit)
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if n := utf8.RuneCountInString(got); n > tc.limit {
				t.Errorf("%d characters, more than %d", n, tc.limit)
			}
		})
	}
}

func FuzzShorten(f *testing.F) {
	f.Add("O CT-e não autoriza desde ontem", 20)
	f.Add("", 1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 1000 {
			t.Skip()
		}
		got := ticket.Shorten(text, limit)
		if utf8.RuneCountInString(got) > limit || strings.ContainsAny(got, "\n\t\r") {
			t.Errorf("%q at %d gave %q", text, limit, got)
		}
		if again := ticket.Shorten(got, limit); again != got {
			t.Errorf("%q: shortened again to %q", got, again)
		}
	})
}

func TestReadByIsKeptInTheHistory(t *testing.T) {
	tk := opened(t)
	tk.ReadBy("gpt-x/triage-1", now)
	news := tk.News()
	if len(news) != 1 || news[0].Kind != ticket.Event || news[0].Field != "assistant" || news[0].To != "gpt-x/triage-1" || news[0].Author != "" {
		t.Errorf("the history has %+v", news)
	}
}
