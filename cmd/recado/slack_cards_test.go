package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recado/channels/local"
	"recado/channels/slack"
	"recado/config"
	"recado/core/message"
	"recado/core/notice"
	"recado/play"
)

// scenario is a desk in one language, and what is done there step by step: see
// testdata/slack/cards.pt-BR.txt.
type scenario struct {
	world string
	views []view
}

// view is one step, and what Slack shows of it.
type view struct {
	Sheet string   `json:"-"` // the picture that it is in
	Title string   `json:"title"`
	Shows []shown  `json:"shows"`
	lines []string // what is done
}

// shown is one message, modal or page.
type shown struct {
	Where string            `json:"where"` // thread, root, private, direct, modal, home, room or mark
	To    string            `json:"to,omitempty"`
	Slack []json.RawMessage `json:"slack,omitempty"`
	Emoji string            `json:"emoji,omitempty"` // of a mark: the desk's reaction to what was said
}

func readScenario(t *testing.T, lang string) scenario {
	t.Helper()
	text, err := os.ReadFile("testdata/slack/cards." + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	world, rest, _ := strings.Cut(string(text), "\n== ")
	s := scenario{world: world}
	for part := range strings.SplitSeq(rest, "\n== ") {
		head, steps, _ := strings.Cut(part, "\n")
		sheet, title, ok := strings.Cut(head, ": ")
		if !ok {
			t.Fatalf("%s: %q has no sheet", lang, head)
		}
		s.views = append(s.views, view{Sheet: sheet, Title: title, lines: strings.Split(strings.TrimSpace(steps), "\n")})
	}
	return s
}

// TestSlackCards holds every card, modal and page in every language to a golden file.
// RECADO_UPDATE writes them anew.
func TestSlackCards(t *testing.T) {
	t.Parallel()
	for _, lang := range notice.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			views := slackViews(t, lang)
			everyForm(t, lang, views)
			got, err := json.MarshalIndent(views, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(anonymous(got), '\n')
			golden := filepath.Join("testdata", "slack", "cards."+lang+".json")
			if os.Getenv("RECADO_UPDATE") != "" {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what Slack is given now; with RECADO_UPDATE=1 git shows the difference. The first:\n%s", golden, firstDifference(got, want))
			}
		})
	}
}

func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\nnow:  %s\nthen: %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines now, %d then", len(a), len(b))
}

// everyForm holds the scenario to the catalogue: each form that has a title there is shown.
func everyForm(t *testing.T, lang string, views []view) {
	t.Helper()
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(views)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range catalogue.Keys(lang) {
		name, is := strings.CutPrefix(key, "form.")
		if is && !bytes.Contains(raw, []byte(`"callback_id":"act:`+name+":")) {
			t.Errorf("%s: the form %s is not shown", lang, name)
		}
	}
}

// slackViews does what the scenario of a language says, on the whole program.
func slackViews(t *testing.T, lang string) []view {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.Chat.Quiet = t.TempDir(), config.Quiet{}
	cfg.Desk.Language, cfg.Desk.Register = lang, "suporte@desk.example"
	cfg.Desk.Name = map[string]string{"pt-BR": "Suporte", "en": "Support", "es": "Soporte"}[lang]
	w := &watched{stage: newStage(cfg, slog.New(slog.DiscardHandler))}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := readScenario(t, lang)
	w.do(t, strings.Split(s.world, "\n"))
	for i := range s.views {
		mark := local.Mark(0)
		if w.hub != nil {
			mark = w.hub.Mark()
		}
		w.do(t, s.views[i].lines)
		s.views[i].Shows = w.since(t, mark)
		if len(s.views[i].Shows) == 0 {
			t.Errorf("%s: nothing is seen of %q", lang, s.views[i].Title)
		}
	}
	return s.views
}

// watched is a stage, and what is seen in Slack of what happens there.
type watched struct {
	*stage
	presses int
}

var (
	allForms = regexp.MustCompile(`^all forms about (\S+) and "([^"]+)"$`)
	oneForm  = regexp.MustCompile(`^form (\w+) about (\S+)$`)
)

// do takes the steps of a transcript, and those of forms.
func (w *watched) do(t *testing.T, lines []string) {
	t.Helper()
	var script []string
	flush := func() {
		if len(script) == 0 {
			return
		}
		s, err := play.Parse("cards", strings.NewReader("the cards\n"+strings.Join(script, "\n")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if err := play.Run(t.Context(), s, w.stage); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		script = nil
	}
	for _, line := range lines {
		if m := allForms.FindStringSubmatch(line); m != nil {
			flush()
			w.allForms(t, m[1], m[2])
		} else if m := oneForm.FindStringSubmatch(line); m != nil {
			flush()
			w.form(t, m[1], m[2])
		} else {
			script = append(script, line)
		}
	}
	flush()
}

// ofOpenTicket are the forms of a ticket that is not closed: see everyForm.
var ofOpenTicket = []string{
	"reply", "close", "change", "assign", "status", "priority", "severity", "type", "due", "product", "category", "copy", "uncopy", "requester",
	"merge", "unmerge", "relate", "repeats", "split",
}

func (w *watched) allForms(t *testing.T, number, words string) {
	t.Helper()
	for _, name := range ofOpenTicket {
		w.form(t, name, number)
	}
	w.do(t, []string{`Bia picks call`, `Bia picks ticket on "` + words + `"`, `Bia picks add on "` + words + `"`})
}

// form presses a button that opens a form, in the ticket's thread: also one that stands on
// no card at the moment.
func (w *watched) form(t *testing.T, name, number string) {
	t.Helper()
	root, err := w.root(number)
	if err != nil {
		t.Fatal(err)
	}
	w.presses++
	now := w.clock.Now()
	err = w.desk.bot.Accept(t.Context(), message.Inbound{
		Key:  message.Key{Channel: message.Slack, Account: workspace, ID: fmt.Sprintf("press-%d", w.presses)},
		Kind: message.Press, Choice: "act:" + name + ":" + number, Trigger: "trigger", SentAt: now, ReceivedAt: now,
		From: w.slackAddress("Bia"), FromName: "Bia", Proof: message.ByUpstream, Also: []message.Address{w.knownAs("Bia")},
		Room: root.To, Conversation: "slack/" + root.To.ID + "/" + root.UpstreamID, Thread: message.Thread{Refs: []string{root.UpstreamID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.settle(t)
}

// settle does what is due now. It lets no time pass, unlike the stage's: what can be called
// back has not left yet.
func (w *watched) settle(t *testing.T) {
	t.Helper()
	w.acted = false
	if err := w.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// since is what is seen of what was sent after a mark. Of a card that changed several times
// it is how it stands at last.
func (w *watched) since(t *testing.T, mark local.Mark) (all []shown) {
	t.Helper()
	sent, _ := w.hub.Since(mark)
	for i, m := range sent {
		if m.To.Channel != message.Slack || m.Repeat || m.Kind == message.Deletion {
			continue
		}
		if m.Kind == message.Reaction {
			all = append(all, shown{Where: "mark", Emoji: m.Text})
			continue
		}
		id := originOf(m)
		if slices.ContainsFunc(sent[i+1:], func(later local.Sent) bool { return later.Kind == message.Edit && originOf(later) == id }) {
			continue
		}
		raw, err := slack.Drawn(m.Outbound, "https://team.slack.com")
		if err != nil {
			t.Fatal(err)
		}
		one := shown{Where: w.where(m), To: strings.TrimPrefix(m.To.ID, workspace+"/")}
		if !m.Only.IsZero() {
			one.To = strings.TrimPrefix(m.Only.ID, workspace+"/")
		}
		if err := json.Unmarshal(raw, &one.Slack); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func originOf(m local.Sent) string {
	if m.Kind == message.Edit {
		return m.Amends.ID
	}
	return m.ID
}

func (w *watched) where(m local.Sent) string {
	switch {
	case m.Form != nil:
		return "modal"
	case m.Home != nil:
		return "home"
	case !m.Only.IsZero():
		return "private"
	case m.Under != "":
		return "thread"
	case m.To == w.leads.At:
		return "room"
	case strings.HasPrefix(m.To.ID, workspace+"/U"):
		return "direct"
	}
	return "root"
}

// Ids that are drawn anew each time.
var (
	uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	ids   = regexp.MustCompile(`(words:\w+:)[^"]+`)
	held  = regexp.MustCompile(`Q-[A-Z2-7]{10}`)
)

func anonymous(raw []byte) []byte {
	raw = uuids.ReplaceAll(raw, []byte("00000000-0000-0000-0000-000000000000"))
	raw = held.ReplaceAll(raw, []byte("Q-AAAAAAAAAA"))
	return ids.ReplaceAll(raw, []byte("${1}ID"))
}
