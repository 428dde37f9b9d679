package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"recado/config"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// actor is somebody in a transcript, registered or not.
type actor struct {
	name      string
	id        directory.PersonID
	guest     bool // from outside the team's workspace
	addresses []message.Address
}

func (a *actor) has(at message.Address) bool { return slices.Contains(a.addresses, at) }

// nick is the name that a transcript uses for a person.
func (s *stage) nick(id string) string {
	for nick, a := range s.cast {
		if id != "" && string(a.id) == id {
			return nick
		}
	}
	return id
}

// Given reads one line of the world before.
func (s *stage) Given(ctx context.Context, text string) error {
	for _, g := range givens {
		m := g.shape.FindStringSubmatch(text)
		switch {
		case m == nil:
			continue
		case s.desk == nil:
			return g.do(s, m)
		}
		if err := g.do(s, m); err != nil {
			return err
		}
		if len(s.world) == 0 {
			return errors.New("this is given before anybody acts")
		}
		if err := s.furnish(ctx); err != nil {
			return err
		}
		return s.dueUntil(ctx, s.clock.Now())
	}
	return fmt.Errorf("cannot read what is given: %q (see docs/transcripts.md)", text)
}

// later puts off what needs the store until the program starts, if it has not.
func (s *stage) later(do func(ctx context.Context, tx dialogue.Tx) error) error {
	s.world = append(s.world, func(ctx context.Context) error {
		return s.desk.db.Update(ctx, func(tx dialogue.Tx) error { return do(ctx, tx) })
	})
	return nil
}

// givens are the forms of the world, the special before the general.
var givens = []struct {
	shape *regexp.Regexp
	do    func(*stage, []string) error
}{
	{regexp.MustCompile(`^organisation (.+?)(?:, domain (\S+?))?(?:, products (.+))?$`), (*stage).givenOrganisation},
	{regexp.MustCompile(`^(.+) (shares|keeps) its solved tickets$`), (*stage).givenSharing},
	{regexp.MustCompile(`^product (.+)$`), (*stage).givenProduct},
	{regexp.MustCompile(`^category (.+)$`), (*stage).givenCategory},
	{regexp.MustCompile(`(?s)^article ([\w-]+): ([^\n]+)\n?(.*)$`), (*stage).givenArticle},
	{regexp.MustCompile(`^phrasing of ([\w-]+): (.+)$`), (*stage).givenPhrasing},
	{regexp.MustCompile(`^assistant reads "([^"]+)": (.+)$`), (*stage).givenReading},
	{regexp.MustCompile(`^no assistant$`), (*stage).givenNoAssistant},
	{regexp.MustCompile(`^model reads "([^"]+)": (.+)$`), (*stage).givenModelReading},
	{regexp.MustCompile(`^model hears "([^"]+)"$`), (*stage).givenModelHearing},
	{regexp.MustCompile(`^model sees "([^"]+)"(?: reading "([^"]+)")?$`), (*stage).givenModelSeeing},
	{regexp.MustCompile(`^model means the same by "([^"]+)" and "([^"]+)"$`), (*stage).givenModelMeaning},
	{regexp.MustCompile(`^model is (well|down|busy|refusing|talking nonsense|inventing)$`), (*stage).givenModelMood},
	{regexp.MustCompile(`^assistant (fails|panics|lies)$`), (*stage).givenBadAssistant},
	{regexp.MustCompile(`^quiet window of (\d+) seconds?$`), (*stage).givenQuiet},
	{regexp.MustCompile(`^reminders after (.+?)(?:; closed after (.+))?$`), (*stage).givenReminders},
	{regexp.MustCompile(`^promise of (\w+): answer in (.+?), solution in (.+)$`), (*stage).givenPromise},
	{regexp.MustCompile(`^unanswered after (.+)$`), (*stage).givenUnanswered},
	{regexp.MustCompile(`^management room (\S+)$`), (*stage).givenManagement},
	{regexp.MustCompile(`^room (\S+?)(?: for (.+?))?(, public)?$`), (*stage).givenRoom},
	{regexp.MustCompile(`^undo of (\d+) seconds?$`), (*stage).givenUndo},
	{regexp.MustCompile(`^hours always$`), (*stage).givenAlways},
	{regexp.MustCompile(`^hours mon-fri (.+)$`), (*stage).givenHours},
	{regexp.MustCompile(`^the desk speaks (\S+)$`), (*stage).givenDeskLanguage},
	{regexp.MustCompile(`^(\S+) speaks (\S+)$`), (*stage).givenLanguage},
	{regexp.MustCompile(`^(\S+) asks for notices by (\w+)$`), (*stage).givenNotices},
	{regexp.MustCompile(`^(\S+) is deactivated$`), (*stage).givenLeave},
	{regexp.MustCompile(`^(\S+) is a guest in slack$`), (*stage).givenGuest},
	{regexp.MustCompile(`^(\S+) has (.+)$`), (*stage).givenStranger},
	{regexp.MustCompile(`^(\S+) is an? (agent|supervisor)(?:, (.+))?$`), (*stage).givenTeam},
	{regexp.MustCompile(`^(\S+) is an? (standard user|former user|manager|administrator|third party) of ([^,]+)(?:, (.+))?$`), (*stage).givenCustomer},
}

func (s *stage) givenOrganisation(m []string) error {
	o := directory.Organisation{ID: directory.OrgID(newID()), Name: m[1], Code: strconv.Itoa(1000 + len(s.ids)), Active: true, CreatedAt: s.clock.Now()}
	if m[2] != "" {
		o.Domains = []string{m[2]}
	}
	for _, name := range listOf(m[3]) {
		id, ok := s.ids["product/"+fold(name)]
		if !ok {
			return fmt.Errorf("no product %q was given", name)
		}
		o.Products = append(o.Products, id)
	}
	s.ids["org/"+fold(m[1])] = string(o.ID)
	return s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveOrganisation(ctx, &o) })
}

// givenSharing lets others find an organisation's solved tickets, or no longer (C8).
func (s *stage) givenSharing(m []string) error {
	id, ok := s.ids["org/"+fold(m[1])]
	if !ok {
		return fmt.Errorf("no organisation %q was given", m[1])
	}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error {
		o, err := tx.Organisation(ctx, directory.OrgID(id))
		if err != nil {
			return fmt.Errorf("organisation %s: %w", m[1], err)
		}
		o.Shares = m[2] == "shares"
		return tx.SaveOrganisation(ctx, &o)
	})
}

// givenProduct goes down from product to system to module.
func (s *stage) givenProduct(m []string) error {
	parent, path := "", ""
	for i, name := range strings.Split(m[1], ">") {
		if i > 2 {
			return fmt.Errorf("%q goes deeper than a module", m[1])
		}
		name = strings.TrimSpace(name)
		level := []catalog.Level{catalog.Product, catalog.System, catalog.Module}[i]
		path += "/" + fold(name)
		key := string(level) + path
		if i == 0 {
			key = "product" + path
		}
		id, known := s.ids[key]
		if !known {
			id = newID()
			s.ids[key], s.ids[string(level)+":"+fold(name)] = id, id
			it := catalog.Item{ID: id, Level: level, Parent: parent, Name: name, Active: true}
			if err := s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveItem(ctx, it) }); err != nil {
				return err
			}
		}
		parent = id
	}
	return nil
}

func (s *stage) givenCategory(m []string) error {
	it := catalog.Item{ID: newID(), Level: catalog.Category, Name: m[1], Active: true}
	s.ids["category:"+fold(m[1])] = it.ID
	return s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveItem(ctx, it) })
}

func (s *stage) givenArticle(m []string) error {
	a := article.Article{ID: m[1], Title: m[2], Body: m[3], Public: true, Language: "pt-BR", UpdatedAt: s.clock.Now()}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveArticle(ctx, a) })
}

func (s *stage) givenPhrasing(m []string) error {
	return s.later(func(ctx context.Context, tx dialogue.Tx) error {
		a, err := tx.Article(ctx, m[1])
		if err != nil {
			return fmt.Errorf("article %s: %w", m[1], err)
		}
		a, _ = a.WithPhrasing(m[2])
		return tx.SaveArticle(ctx, a)
	})
}

func (s *stage) givenNoAssistant([]string) error {
	s.script.silent = true
	return nil
}

// givenBadAssistant makes the assistant fail, panic, or name what it was not offered.
func (s *stage) givenBadAssistant(m []string) error {
	s.script.fault = m[1]
	return nil
}

// givenReading scripts the assistant: what it reads out of words that hold a part.
func (s *stage) givenReading(m []string) error {
	r := dialogue.Reading{Intent: dialogue.Matter, Sure: map[string]float64{}, By: "script"}
	for _, f := range readingForm.FindAllStringSubmatch(m[2], -1) {
		value := strings.Trim(f[2], `"`)
		r.Sure[f[1]] = 1
		item := func() string { return s.ids[f[1]+":"+fold(value)] }
		switch f[1] {
		case "intent":
			r.Intent = dialogue.Intent(value)
		case "product":
			r.About.Product = item()
		case "system":
			r.About.System = item()
		case "module":
			r.About.Module = item()
		case "category":
			r.About.Category = item()
		case "severity":
			r.Severity = ticket.Level(value)
		case "type":
			r.Type = ticket.Type(value)
		case "subject":
			r.Subject = value
		case "language":
			r.Language = value
		case "article":
			r.Articles = append(r.Articles, dialogue.Suggestion{Article: value, Score: 1})
		default:
			return fmt.Errorf("the assistant reads no %q", f[1])
		}
	}
	s.script.rules = append(s.script.rules, scripted{part: m[1], reading: r})
	return nil
}

var readingForm = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)

func (s *stage) givenQuiet(m []string) error {
	n, err := strconv.Atoi(m[1])
	s.cfg.Chat.Quiet.WhatsApp = time.Duration(n) * time.Second
	return err
}

func (s *stage) givenReminders(m []string) error {
	s.cfg.Reminders.After = nil
	for _, text := range listOf(m[1]) {
		d, err := spanOf(text)
		if err != nil {
			return err
		}
		s.cfg.Reminders.After = append(s.cfg.Reminders.After, d)
	}
	s.cfg.Reminders.CloseAfter = 0
	if m[2] != "" {
		d, err := spanOf(m[2])
		if err != nil {
			return err
		}
		s.cfg.Reminders.CloseAfter = d - s.cfg.Reminders.After[len(s.cfg.Reminders.After)-1]
	}
	return nil
}

func (s *stage) givenPromise(m []string) error {
	answer, err := spanOf(m[2])
	if err != nil {
		return err
	}
	solve, err := spanOf(m[3])
	if err != nil {
		return err
	}
	p := config.Promise{Answer: answer, Solve: solve}
	switch ticket.Level(m[1]) {
	case ticket.Low:
		s.cfg.Promises.Low = p
	case ticket.Normal:
		s.cfg.Promises.Normal = p
	case ticket.High:
		s.cfg.Promises.High = p
	case ticket.Critical:
		s.cfg.Promises.Critical = p
	default:
		return fmt.Errorf("no severity %q", m[1])
	}
	return nil
}

// givenUnanswered is how long a customer may wait before the team is told.
func (s *stage) givenUnanswered(m []string) (err error) {
	s.cfg.Tickets.Unanswered, err = spanOf(m[1])
	return err
}

func (s *stage) givenAlways([]string) error {
	s.cfg.Hours = config.Hours{Always: true}
	return nil
}

func (s *stage) givenHours(m []string) error {
	blocks := func() []string { return strings.Fields(m[1]) }
	s.cfg.Hours = config.Hours{Week: config.Week{Monday: blocks(), Tuesday: blocks(), Wednesday: blocks(), Thursday: blocks(), Friday: blocks()},
		Holidays: config.Holidays{Brazil: true}}
	return nil
}

func (s *stage) givenLanguage(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.Language = notice.Language(m[2]) })
}

// givenDeskLanguage is what is spoken in the team's rooms.
func (s *stage) givenDeskLanguage(m []string) error {
	s.cfg.Desk.Language = notice.Language(m[1])
	return nil
}

// givenLeave deactivates somebody.
func (s *stage) givenLeave(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.Active = false })
}

// givenNotices is where somebody wants to hear of what happens.
func (s *stage) givenNotices(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.NoticeBy = []message.Channel{message.Channel(m[2])} })
}

// changed changes what is registered of somebody.
func (s *stage) changed(nick string, change func(*directory.Person)) error {
	a, ok := s.cast[nick]
	if !ok {
		return fmt.Errorf("nobody was given the name %q", nick)
	}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error {
		p, err := tx.Person(ctx, a.id)
		if err != nil {
			return fmt.Errorf("%s: %w", nick, err)
		}
		change(&p)
		return tx.SavePerson(ctx, &p)
	})
}

func (s *stage) givenStranger(m []string) error {
	aliases, _, err := aliasesOf(m[2], s.clock.Now())
	if err != nil {
		return err
	}
	s.cast[m[1]] = &actor{name: capital(m[1]), addresses: addressesOf(aliases)}
	return nil
}

func (s *stage) givenTeam(m []string) error {
	return s.person(m[1], directory.Person{Team: directory.Role(m[2])}, true, m[3])
}

func (s *stage) givenCustomer(m []string) error {
	var p directory.Person
	for name := range strings.SplitSeq(m[3], " and ") {
		id, ok := s.ids["org/"+fold(name)]
		if !ok {
			return fmt.Errorf("no organisation %q was given", name)
		}
		member := directory.Membership{Org: directory.OrgID(id), Role: directory.Role(m[2])}
		switch m[2] {
		case "standard user", "former user":
			member.Role = directory.Standard
		case "third party":
			member.Role, member.ThirdParty = directory.Standard, true
		}
		p.Members = append(p.Members, member)
	}
	return s.person(m[1], p, m[2] != "former user", m[4])
}

// person registers somebody.
func (s *stage) person(nick string, p directory.Person, active bool, rest string) error {
	aliases, language, err := aliasesOf(rest, s.clock.Now())
	if err != nil {
		return err
	}
	p.ID, p.Name, p.Active, p.Aliases, p.CreatedAt = directory.PersonID(newID()), capital(nick), active, aliases, s.clock.Now()
	p.Language = language
	s.cast[nick] = &actor{name: p.Name, id: p.ID, addresses: addressesOf(aliases)}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, &p) })
}

// aliasesOf reads "whatsapp +55 11 99999-0001, unverified ana@aurora.example, speaks en".
func aliasesOf(list string, now time.Time) (aliases []directory.Alias, language string, err error) {
	language = "pt-BR"
	for _, one := range listOf(list) {
		if l, ok := strings.CutPrefix(one, "speaks "); ok {
			language = l
			continue
		}
		al := directory.Alias{VerifiedAt: now, VerifiedBy: directory.ByAdmin, HeardAt: now}
		if rest, ok := strings.CutPrefix(one, "unverified "); ok {
			one, al.VerifiedAt, al.VerifiedBy = rest, time.Time{}, ""
		}
		if rest, ok := strings.CutPrefix(one, "new "); ok {
			one, al.HeardAt = rest, time.Time{}
		}
		switch phone, isPhone := strings.CutPrefix(one, "whatsapp "); {
		case isPhone:
			al.Address = message.Address{Channel: message.WhatsApp, ID: onlyDigits(phone)}
		case strings.Contains(one, "@"):
			al.Address = message.Address{Channel: message.Email, ID: strings.ToLower(one)}
		default:
			return nil, "", fmt.Errorf("%q is no address", one)
		}
		aliases = append(aliases, al)
	}
	return aliases, language, nil
}

func addressesOf(aliases []directory.Alias) []message.Address {
	out := make([]message.Address, len(aliases))
	for i, al := range aliases {
		out[i] = al.Address
	}
	return out
}

// scriptedAssistant answers by rules, and lets the real one answer the rest.
type scriptedAssistant struct {
	rules  []scripted
	silent bool
	fault  string
	real   dialogue.Assistant
}

type scripted struct {
	part    string
	reading dialogue.Reading
}

func (a *scriptedAssistant) over(built dialogue.Assistant) dialogue.Assistant {
	a.real = built
	if a.silent {
		return nil
	}
	return a
}

// lie is sure of everything, and all of it is invented.
var lie = dialogue.Reading{
	Intent: "close-everything", Language: "xx", Subject: strings.Repeat("a", 5000), Severity: "apocalyptic", Type: "miracle",
	About:    catalog.Path{Product: "x", System: "y", Module: "z", Category: "w"},
	Sure:     map[string]float64{"product": 1, "system": 1, "module": 1, "category": 1, "severity": 1, "type": 1},
	Articles: []dialogue.Suggestion{{Article: "segredo", Score: 1}},
}

// Read implements dialogue.Assistant.
func (a *scriptedAssistant) Read(ctx context.Context, b dialogue.Brief) (dialogue.Reading, error) {
	switch a.fault {
	case "fails":
		return dialogue.Reading{}, errors.New("the assistant is away")
	case "panics":
		panic("the assistant fell over")
	case "lies":
		return lie, nil
	}
	for _, r := range a.rules {
		if strings.Contains(strings.ToLower(b.Text+"\n"+b.Subject), strings.ToLower(r.part)) {
			out := r.reading
			if !b.WantArticles {
				out.Articles = nil
			}
			return out, nil
		}
	}
	return a.real.Read(ctx, b)
}

// Advise implements dialogue.Adviser: what is scripted are readings, so the real one advises.
func (a *scriptedAssistant) Advise(ctx context.Context, c dialogue.Case) (dialogue.Advice, error) {
	adviser, ok := a.real.(dialogue.Adviser)
	if a.fault != "" || !ok {
		return dialogue.Advice{}, errors.New("the assistant is away")
	}
	return adviser.Advise(ctx, c)
}

// Hears implements dialogue.Listener, as the real one does.
func (a *scriptedAssistant) Hears(mediaType string) bool {
	l, ok := a.real.(dialogue.Listener)
	return ok && l.Hears(mediaType)
}

// Hear implements dialogue.Listener.
func (a *scriptedAssistant) Hear(ctx context.Context, f dialogue.Enclosed) (string, error) {
	l, ok := a.real.(dialogue.Listener)
	if a.fault != "" || !ok {
		return "", errors.New("the assistant is away")
	}
	return l.Hear(ctx, f)
}

// Views implements dialogue.Viewer, as the real one does.
func (a *scriptedAssistant) Views(mediaType string) bool {
	v, ok := a.real.(dialogue.Viewer)
	return ok && v.Views(mediaType)
}

// View implements dialogue.Viewer.
func (a *scriptedAssistant) View(ctx context.Context, f dialogue.Enclosed) (dialogue.Sight, error) {
	v, ok := a.real.(dialogue.Viewer)
	if a.fault != "" || !ok {
		return dialogue.Sight{}, errors.New("the assistant is away")
	}
	return v.View(ctx, f)
}

// spanOf reads "2 days".
func spanOf(text string) (time.Duration, error) {
	var n int
	var unit string
	if _, err := fmt.Sscanf(text, "%d %s", &n, &unit); err != nil {
		return 0, fmt.Errorf("%q is no length of time: %w", text, err)
	}
	of, ok := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	if !ok {
		return 0, fmt.Errorf("%q is no length of time", text)
	}
	return time.Duration(n) * of, nil
}

// listOf splits at commas and "and".
func listOf(text string) []string {
	var out []string
	for one := range strings.SplitSeq(strings.ReplaceAll(text, " and ", ","), ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func capital(nick string) string {
	r := []rune(nick)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
