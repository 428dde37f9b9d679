package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"recado/assist/assisttest"
	"recado/channels"
	"recado/channels/email"
	"recado/channels/email/reply"
	"recado/channels/local"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/survey"
	"recado/core/ticket"
	"recado/play"
)

// stage is the whole program for one transcript: a database of its own, pretend
// upstreams, and a clock that moves by steps.
type stage struct {
	cfg    config.Config
	log    *slog.Logger
	clock  *play.Clock
	hub    *local.Hub
	desk   *desk
	stop   context.CancelFunc // of the channels' Run
	idle   sync.WaitGroup
	world  []func(context.Context) error // given, until the program starts
	cast   map[string]*actor
	ids    map[string]string // of catalogue items and organisations, by folded name
	codes  int
	script *scriptedAssistant
	model  *assisttest.Server // the pretend language model; nil: there is none

	modelRules []modelRule // what it reads
	modelSees  string      // what it answers to every picture; empty: whatever
	said       []spoken
	acted      bool
	wrote      map[message.Address]bool // who said something
	seen       local.Mark               // what was looked at by noCold

	rooms map[string]dialogue.Place // of the team, by product; "": of all others
	undo  time.Duration
	leads dialogue.Place // the room of who leads the team
}

// spoken is what somebody said, to be edited or deleted later.
type spoken struct {
	who, channel, text string
	room, where        string // the ticket in whose thread it was said; or the room, where that is none's
	key                message.Key
}

var _ play.Stage = (*stage)(nil)

// newStage sets up an empty desk; cfg names its folder and its databases.
func newStage(cfg config.Config, log *slog.Logger) *stage {
	begin := time.Date(2026, 11, 23, 9, 0, 0, 0, cfg.Desk.TimeZone)
	return &stage{
		cfg: cfg, log: log, clock: play.NewClock(begin), cast: map[string]*actor{}, ids: map[string]string{},
		script: &scriptedAssistant{},
		wrote:  map[message.Address]bool{},
		undo:   30 * time.Second, // longer than what Settle lets pass
	}
}

// start brings the program up, and the world that was given.
func (s *stage) start(ctx context.Context) error {
	if s.desk != nil {
		return nil
	}
	if err := s.rise(ctx); err != nil {
		return err
	}
	return s.furnish(ctx)
}

// furnish makes what was given part of the desk.
func (s *stage) furnish(ctx context.Context) error {
	for _, given := range s.world {
		if err := given(ctx); err != nil {
			return err
		}
	}
	s.world = nil
	return s.desk.library.refresh(ctx)
}

// rise starts the program, the first time or after a kill.
func (s *stage) rise(ctx context.Context) error {
	d, err := assemble(ctx, s.cfg, s.log, variant{
		owner: "stage", clock: s.clock, newCode: s.newCode, assistant: s.script.over, channels: s.channels, model: s.transport(),
		rooms: s.place, undo: s.undo, management: s.leads,
	})
	if err != nil {
		return err
	}
	s.desk = d
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	for _, name := range stageChannels {
		s.idle.Go(func() { _ = s.hub.Channel(name).Run(running, d.bot) })
	}
	for _, name := range stageChannels { // until each takes what is said: a line must not come before the program
		s.awaitRunning(s.hub.Channel(name))
	}
	return nil
}

func (s *stage) awaitRunning(c channels.Channel) {
	for {
		changed := s.hub.After(s.hub.Mark())
		if r, ok := c.(channels.Reporter); !ok || r.State().Up {
			return
		}
		<-changed
	}
}

var stageChannels = []message.Channel{message.WhatsApp, message.Email, message.Web, message.Slack}

// transport leads to the pretend model.
func (s *stage) transport() http.RoundTripper {
	if s.model == nil {
		return nil // an interface that holds a nil pointer would lead somewhere
	}
	return s.model
}

// withModel gives the desk a language model, which answers by a script.
func (s *stage) withModel() *assisttest.Server {
	if s.model == nil {
		s.model = assisttest.New()
		s.cfg.Assistant.Model.Name, s.cfg.Assistant.Model.Kind = "pretend", config.ModelOther
		s.cfg.Assistant.Model.URL = "http://127.0.0.1:1/v1"
	}
	return s.model
}

// channels makes the pretend upstreams. The hub is the world outside: it lives on
// when the program dies.
func (s *stage) channels(d *desk) ([]channels.Channel, error) {
	if s.hub == nil {
		s.hub = local.NewHub(local.Options{
			Clock: s.clock.Now, Files: d.files.attachments, Accounts: map[message.Channel]string{message.Slack: workspace},
		})
	}
	ways := make([]channels.Channel, len(stageChannels))
	for i, name := range stageChannels {
		ways[i] = s.hub.Channel(name)
	}
	return ways, nil
}

// newCode gives codes that differ and can be told from protocol numbers.
func (s *stage) newCode() string {
	s.codes++
	return strconv.Itoa(700_000 + s.codes)
}

// Close ends the program.
func (s *stage) Close() error {
	if s.desk == nil {
		return nil
	}
	s.stop()
	s.idle.Wait()
	return s.desk.Close()
}

// Kill drops the program between two steps, and starts it again.
func (s *stage) Kill(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return s.rise(ctx)
}

// SetClock moves to a time on the desk's wall, through all that is due before.
func (s *stage) SetClock(ctx context.Context, at string) error {
	to, err := time.ParseInLocation("2006-01-02 15:04", at, s.cfg.Desk.TimeZone)
	if err != nil {
		return fmt.Errorf("read the time: %w", err)
	}
	if s.desk == nil {
		s.clock = play.NewClock(to)
		return nil
	}
	return s.until(ctx, to)
}

// Pass lets time go by.
func (s *stage) Pass(ctx context.Context, d time.Duration) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	return s.until(ctx, s.clock.Now().Add(d))
}

// Settle does what is due, and what a quiet window holds back.
func (s *stage) Settle(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	end := s.clock.Now()
	if s.acted {
		end = end.Add(config.MaxQuiet)
	}
	s.acted = false
	if err := s.dueUntil(ctx, end); err != nil {
		return err
	}
	return s.noCold(ctx)
}

// noCold holds every transcript to the rule that nobody is written to on WhatsApp who
// never wrote from there: that gets a number restricted.
func (s *stage) noCold(ctx context.Context) error {
	sent, now := s.hub.Since(s.seen)
	s.seen = now
	for _, out := range sent {
		if out.To.Channel != message.WhatsApp || s.wrote[out.To] {
			continue
		}
		err := s.desk.db.View(ctx, func(r dialogue.Reader) error {
			p, err := r.PersonAt(ctx, out.To)
			if al, _ := p.Alias(out.To); err == nil && al.HeardAt.IsZero() {
				return fmt.Errorf("%s never wrote on WhatsApp, and is told there: %s", p.Name, out.Text)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// until goes from due time to due time, and at last to the end.
func (s *stage) until(ctx context.Context, end time.Time) error {
	if err := s.dueUntil(ctx, end); err != nil {
		return err
	}
	s.clock.Set(end)
	_, err := s.desk.bot.Settle(ctx)
	return err
}

func (s *stage) dueUntil(ctx context.Context, end time.Time) error {
	for {
		next, err := s.desk.bot.Settle(ctx)
		if err != nil || next.IsZero() || next.After(end) {
			return err
		}
		if !next.After(s.clock.Now()) {
			return fmt.Errorf("something stays due at %s", next)
		}
		s.clock.Set(next)
	}
}

// Do lets a person act.
func (s *stage) Do(ctx context.Context, a play.Act) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	s.acted = true
	if a.Verb == play.Reads {
		return s.reads(ctx, a)
	}
	line, err := s.line(a)
	if err != nil {
		return err
	}
	s.wrote[line.From] = true
	key, err := s.hub.Say(ctx, line)
	if err == nil && a.Verb == play.Says {
		s.said = append(s.said, spoken{who: a.Who, channel: string(line.From.Channel), text: a.Text, room: a.Room, where: a.Where, key: key})
	}
	return err
}

// doing makes the line of what is more than words; nil when it is not.
func (s *stage) doing(a play.Act) func(play.Act) (local.Line, error) {
	if a.Verb == play.Reacts && a.Channel == string(message.Slack) {
		return s.reactInRoom
	}
	return map[play.Verb]func(play.Act) (local.Line, error){
		play.Rates: s.rating, play.Judges: s.verdict, play.Fails: s.failed,
		play.Press: s.press, play.Fills: s.fill, play.Orders: s.order, play.Picks: s.pick, play.Opens: s.opensPage,
	}[a.Verb]
}

// line is what a person does, as the hub takes it.
func (s *stage) line(a play.Act) (local.Line, error) {
	if do := s.doing(a); do != nil {
		return do(a)
	}
	channel := message.Channel(a.Channel)
	if a.Verb == play.Phones {
		channel = message.WhatsApp
	}
	if a.Reply || a.Thread != "" {
		channel = message.Email
	}
	from, err := s.address(a.Who, channel)
	if err != nil {
		return local.Line{}, err
	}
	line := local.Line{From: from, Name: s.cast[a.Who].name, Text: a.Text, Subject: a.Subject, Forged: a.Forged, Defect: message.Defect(a.Defect)}
	s.rename(a, &line)
	if line.Files, err = filesOf(a.Files); err != nil {
		return line, err
	}
	if line.Copies, err = s.copies(a.Copies); err != nil {
		return line, err
	}
	if a.Auto {
		line.Auto = message.AutoReply
		if channel == message.Slack {
			line.Auto = message.ByApp
		}
	}
	err = s.aim(a, &line)
	if err == nil && channel == message.Slack {
		err = s.slackLine(a, &line)
	}
	if f, ok := reply.Forwarded(line.Subject, line.Text); ok && channel == message.Email && line.Subject != "" {
		line.Forward = message.Forward{Name: f.Name, Subject: f.Subject, Date: f.Date, Text: f.Text}
		if f.Address != "" {
			line.Forward.From = message.Address{Channel: message.Email, ID: f.Address}
		}
	}
	return line, err
}

// aim says what of all that was said before an act is about.
func (s *stage) aim(a play.Act, line *local.Line) (err error) {
	switch {
	case a.Verb == play.Edits, a.Verb == play.Takes:
		line.Kind = message.Edit
		words := a.Old
		if a.Verb == play.Takes {
			line.Kind, words, line.Text = message.Deletion, a.Text, ""
		}
		line.Target, err = s.spokenID(a.Who, words)
	case a.Verb == play.Reacts:
		line.Kind, line.Choice, line.Text = message.Reaction, a.Text, ""
		if a.Text == "nothing" {
			line.Choice = "" // taken back
		}
		if a.Old != "" {
			line.Target, err = s.heardID(line.From, a.Old)
		}
	case a.Verb == play.Votes:
		line.Kind, line.Choice, line.Text = message.Press, a.Text, ""
		line.Target, err = s.pollID(line.From, a.Old)
	case a.Verb == play.Phones:
		line.Own = true
	case a.Old != "":
		line.Answers, err = s.heardID(line.From, a.Old)
	case a.Reply || a.Thread != "":
		line.Answers, err = s.lastMail(line.From, a.Number+a.Thread)
	}
	return err
}

// copies are the mail addresses of others who get the mail.
func (s *stage) copies(list string) ([]message.Address, error) {
	var out []message.Address
	for _, nick := range listOf(list) {
		a, err := s.address(nick, message.Email)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// rating uses the page of the last closing that this person was asked about.
func (s *stage) rating(a play.Act) (local.Line, error) {
	for _, at := range s.cast[a.Who].addresses {
		for _, m := range slices.Backward(s.hub.To(at, 0)) {
			if m.Link != nil {
				return local.Rating(m, a.Service, a.Solution, a.Text)
			}
		}
	}
	return local.Line{}, fmt.Errorf("%s was sent no rating page", a.Who)
}

var statusCode = regexp.MustCompile(`\b[245]\.\d\.\d+\b`)

// failed is what becomes of the last mail to somebody, as a server reports it. A forged
// report knows the ticket's number, and not what the mail bore.
func (s *stage) failed(a play.Act) (local.Line, error) {
	to, err := s.address(a.Who, message.Email)
	if err != nil {
		return local.Line{}, err
	}
	line := local.Line{
		From: to, Kind: message.Bounce, Auto: message.BounceDSN, Text: a.Text, Forged: true,
		Form: map[string]string{"action": "failed", "diagnostic": a.Text}, Why: email.WhyReturned(statusCode.FindString(a.Text), a.Text),
	}
	mail, err := s.lastMail(to, "")
	if err != nil {
		return line, err
	}
	switch a.Fate {
	case "is delayed":
		line.Kind, line.Why, line.Form["action"] = message.Text, "", "delayed"
	case "is called junk":
		line.Kind, line.Auto, line.Why, line.Form = message.Text, message.Complaint, "", map[string]string{"feedback": "abuse"}
	}
	if a.Forged {
		last, _ := s.hub.Find(mail)
		line.Subject = "Undeliverable: [" + last.Number + "]"
		return line, nil
	}
	line.Answers = mail
	return line, nil
}

// verdict uses the page of the held item that this person was last told of.
func (s *stage) verdict(a play.Act) (local.Line, error) {
	for _, at := range s.cast[a.Who].addresses {
		for _, m := range slices.Backward(s.hub.To(at, 0)) {
			if m.Link != nil && m.Link.Purpose == dialogue.HeldPurpose {
				return local.Verdict(m, map[string]string{"releases": dialogue.ValRelease, "discards": dialogue.ValDiscard}[a.Verdict])
			}
		}
	}
	return local.Line{}, fmt.Errorf("%s was sent no page of a held item", a.Who)
}

func (s *stage) address(who string, channel message.Channel) (message.Address, error) {
	p, ok := s.cast[who]
	if !ok {
		return message.Address{}, fmt.Errorf("nobody was given the name %q", who)
	}
	for _, a := range p.addresses {
		if a.Channel == channel {
			return a, nil
		}
	}
	if channel == message.Slack {
		return s.slackAddress(who), nil
	}
	return message.Address{}, fmt.Errorf("%s has no address on %s", who, channel)
}

// lastMail is the last mail that an address got, about a ticket if one is named.
func (s *stage) lastMail(to message.Address, number string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if number == "" || m.Number == number {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s got no mail to answer", to)
}

func (s *stage) spokenID(who, text string) (string, error) {
	for _, m := range slices.Backward(s.said) {
		if m.who == who && strings.Contains(m.text, text) {
			return m.key.ID, nil
		}
	}
	return "", fmt.Errorf("%s never said %q", who, text)
}

// rename gives who speaks another name of the upstream's.
func (s *stage) rename(a play.Act, line *local.Line) {
	if a.Names == "" {
		return
	}
	name := message.Address{Channel: line.From.Channel, ID: a.Name}
	if who := s.cast[a.Who]; !who.has(name) {
		who.addresses = append(who.addresses, name)
	}
	if a.Names == "only" {
		line.From = name
		return
	}
	line.Also = []message.Address{name}
}

// heardID is the id of the last message to somebody with some words in it.
func (s *stage) heardID(to message.Address, words string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if strings.Contains(m.Text, words) {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s was never sent %q", to, words)
}

// pollID is the id of the last message to somebody with a poll about some words.
func (s *stage) pollID(to message.Address, words string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if m.Poll != nil && strings.Contains(m.Poll.Name, words) {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s was asked nothing in a poll about %q", to, words)
}

// Heard lists what a person was sent, on all their addresses.
func (s *stage) Heard(who string) ([]play.Message, error) {
	p, ok := s.cast[who]
	if !ok {
		return nil, fmt.Errorf("nobody was given the name %q", who)
	}
	if s.hub == nil {
		return nil, nil
	}
	var out []play.Message
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.Repeat || !p.has(m.To) {
			continue
		}
		heard := play.Message{Channel: string(m.To.Channel), Text: formShown(m)}
		switch m.Kind {
		case message.Edit:
			heard.Change = "edits"
		case message.Deletion:
			heard.Change, heard.Text = "deletes", m.Amends.Text
		}
		if m.To.Channel == message.Email {
			heard.Subject = m.Subject
		}
		if m.Poll != nil {
			heard.Poll = "📊 " + m.Poll.Name
		}
		for _, f := range m.Attachments {
			heard.Files = append(heard.Files, f.Name)
		}
		out = append(out, heard)
	}
	return out, nil
}

// Ticket reads the fields that a transcript may ask for.
func (s *stage) Ticket(ctx context.Context, number string) (fields map[string]string, err error) {
	err = s.desk.db.View(ctx, func(r dialogue.Reader) error {
		t, err := r.Numbered(ctx, number)
		if err != nil {
			return fmt.Errorf("ticket %s: %w", number, err)
		}
		fields, err = s.fields(ctx, r, t)
		return err
	})
	return fields, err
}

func (s *stage) fields(ctx context.Context, r dialogue.Reader, t *ticket.Ticket) (map[string]string, error) {
	catalog, err := r.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	history, err := r.History(ctx, t.ID, 0, 0, true)
	if err != nil {
		return nil, err
	}
	count := map[ticket.EntryKind]int{}
	for _, e := range history {
		count[e.Kind]++
	}
	f := map[string]string{
		"status": string(t.Status), "waitingOn": t.WaitingOn, "priority": string(t.Priority), "severity": string(t.Severity), "type": string(t.Type),
		"product": catalog.Name(t.About.Product, "pt-BR"), "system": catalog.Name(t.About.System, "pt-BR"),
		"module": catalog.Name(t.About.Module, "pt-BR"), "category": catalog.Name(t.About.Category, "pt-BR"),
		"subject": t.Subject, "contact": t.Contact, "private": strconv.FormatBool(t.Private), "closings": strconv.Itoa(t.Closings),
		"notes": strconv.Itoa(count[ticket.Note]), "messages": strconv.Itoa(count[ticket.Message]),
		"requester": s.nick(string(t.Requester)), "agent": s.nick(string(t.Agent)), "organisation": "", "participants": "",
		"service": "", "solution": "", "comment": "", "linked": "",
	}
	org, err := r.Organisation(ctx, t.Org)
	if err != nil {
		return nil, err
	}
	f["organisation"] = org.Name
	var nicks []string
	for _, id := range t.Participants {
		nicks = append(nicks, s.nick(string(id)))
	}
	f["participants"] = strings.Join(nicks, ",")
	return f, errors.Join(rating(ctx, r, t, f), linked(ctx, r, t, f))
}

func rating(ctx context.Context, r dialogue.Reader, t *ticket.Ticket, f map[string]string) error {
	sv, err := r.OfClosing(ctx, t.ID, t.Closings)
	if errors.Is(err, survey.ErrUnknown) {
		return nil
	}
	f["service"], f["solution"], f["comment"] = strconv.Itoa(sv.Service), strconv.Itoa(sv.Solution), sv.Comment
	return err
}

func linked(ctx context.Context, r dialogue.Reader, t *ticket.Ticket, f map[string]string) error {
	links, err := r.Links(ctx, t.ID)
	if err != nil {
		return err
	}
	var numbers []string
	for _, l := range links {
		other := l.To
		if other == t.ID {
			other = l.From
		}
		o, err := r.Ticket(ctx, other)
		if err != nil {
			return err
		}
		numbers = append(numbers, o.Number)
	}
	f["linked"] = strings.Join(numbers, ",")
	return nil
}
