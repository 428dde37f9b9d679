package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/config"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/notice"
	"recado/core/ticket"
)

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

// givenDeskLanguage is what is spoken in the team's rooms.
func (s *stage) givenDeskLanguage(m []string) error {
	s.cfg.Desk.Language = notice.Language(m[1])
	return nil
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

func newID() string { return uuid.Must(uuid.NewV7()).String() }
