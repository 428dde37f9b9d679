package dialogue

import (
	"cmp"
	"slices"
	"strings"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// brief is what the assistant is told: this person's words, and what may be chosen.
func (s *scene) brief() Brief {
	b := Brief{
		Text: cmp.Or(s.heardWords, s.in.Text), Subject: stripRe(s.in.Subject), Language: s.who.Language,
		Organisation: s.org, Offer: s.offer, WantArticles: s.thread == nil, IntentOnly: s.goesOn(),
		Conversation: s.in.Conversation, NoModel: s.noModel, Seen: s.sights,
	}
	if d := s.session.Draft; d != nil {
		b.Seen = append(slices.Clone(d.Sights), s.sights...)
		for _, said := range d.Said {
			b.Earlier = append(b.Earlier, said.Text)
		}
	}
	return b
}

// trusted drops what the assistant may not name (rule 4).
func (s *scene) trusted(r Reading) Reading {
	offered := func(id *string, in []string) {
		if *id != "" && !slices.Contains(in, *id) {
			*id = ""
		}
	}
	offered(&r.About.Product, ids(s.offer.Products))
	offered(&r.About.System, ids(s.offer.Systems))
	offered(&r.About.Module, ids(s.offer.Modules))
	offered(&r.About.Category, ids(s.offer.Categories))
	if !slices.Contains(ticket.Levels, r.Severity) {
		r.Severity = ""
	}
	if !slices.Contains(ticket.Types, r.Type) {
		r.Type = ""
	}
	if !slices.Contains([]Intent{Matter, Greeting, Thanks, Human}, r.Intent) {
		r.Intent = Unclear
	}
	r.Missing = slices.DeleteFunc(slices.Clone(r.Missing), func(d Detail) bool { return !slices.Contains(Details, d) })
	r.Subject = ticket.Shorten(r.Subject, ticket.MaxSubject)
	return r
}

func ids(items []catalog.Item) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	return out
}

// suggest shows the best article that may solve it, once for a draft (A3). True
// when one was shown.
func (s *scene) suggest() (bool, error) {
	d := s.session.Draft
	if len(d.Offered) > 0 {
		return false, nil
	}
	for _, hint := range s.reading.Articles {
		a, err := s.readable(hint.Article)
		if err != nil || a == nil {
			if err != nil {
				return false, err
			}
			continue
		}
		d.Offered = append(d.Offered, a.ID)
		s.question(topicArticle, "helped", offerKey(a), notice.Data{
			"Title": a.Title, "Text": shown(a), "URL": a.URL, "Name": s.who.First(),
		}, s.choice(valYes, "choice.solved"), s.choice(valNo, "choice.not-solved"))
		s.outcome(message.Talked, "suggested article "+a.ID, nil)
		return true, nil
	}
	return false, nil
}

// readable finds an article that the person may read; nil when there is none.
func (s *scene) readable(id string) (*article.Article, error) {
	if strings.HasPrefix(id, solvedID) {
		return s.solution(id)
	}
	a, err := s.r.Article(s.ctx, id)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var orgs, products []string
	for _, m := range s.who.Members {
		orgs = append(orgs, string(m.Org))
		org, err := s.r.Organisation(s.ctx, m.Org)
		if err != nil {
			return nil, err
		}
		products = append(products, org.Products...)
	}
	if !a.VisibleTo(orgs, products) {
		return nil, nil
	}
	return &a, nil
}

// articleAnswered takes "did it help?" (A3, A4, E4). Anything but a plain yes goes
// on to the ticket, with what was said in it.
func (s *scene) articleAnswered() (bool, error) {
	d := s.session.Draft
	if d == nil {
		return false, nil
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	plainNo := ok && c.Value == valNo || !ok && (isNo(s.in.Text) || isUnsolved(s.in.Text))
	helped := ok && c.Value == valYes || !ok && !plainNo && (isYes(s.in.Text) || isSolved(s.in.Text) || s.reading.Intent == Thanks)
	for _, id := range d.Offered {
		s.plan.Feedback = append(s.plan.Feedback, article.Feedback{ArticleID: id, PersonID: string(s.who.ID), Helpful: helped, At: s.now})
	}
	if helped {
		if err := s.learn(d); err != nil {
			return true, err
		}
		s.rest()
		s.say("article.solved", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "solved by an article", nil)
		return true, s.askNPS()
	}
	if plainNo {
		s.keepFiles(d)
	} else {
		d.Said = append(d.Said, s.said()...)
		s.readInto(d)
	}
	step, _, err := s.missing(d)
	if err != nil {
		return true, err
	}
	if step == "" && plainNo {
		return true, s.openNow() // A4: one word opens it
	}
	return true, s.askMissing()
}

// openNow opens the draft and tells everybody (B4, D1).
func (s *scene) openNow() error {
	d := s.session.Draft
	if s.chat() && d.Org == "" && len(s.who.Members) > 1 {
		d.Skipped = append(d.Skipped, valAll)
		return s.askMissing() // whose it is decides who sees it: never guessed where it can be asked
	}
	if err := s.inferOrg(d); err != nil {
		return err
	}
	m, _ := s.who.In(d.Org)
	if directory.MayOpenIn(s.who, d.Org, d.About.Module) != nil {
		d.About.Module = "" // F4: not theirs to open in; the team places it
	}
	t, err := ticket.New(ticket.Draft{
		Org: d.Org, Requester: s.who.ID, Subject: cmp.Or(d.Subject, firstLine(joined(d.Said)), s.e.Catalogue.Word(s.lang(), "open.no-subject")),
		Description: joined(d.Said), About: d.About, Type: d.Type, Priority: d.Priority, Severity: d.Severity,
		Private: m.Private && m.Role == directory.Manager, Via: s.in.Key.Channel, Said: d.Said,
	}, s.now)
	if err != nil {
		return s.refused(err)
	}
	if d.By != "" {
		t.ReadBy(d.By, s.now)
	}
	t.SetPromise(s.e.Promises[t.Severity], s.e.Calendar)
	if err := s.addCopies(t); err != nil {
		return err
	}
	if err := s.linkOld(t, d); err != nil {
		return err
	}
	data := s.draftData(d)
	data["Lacked"] = s.chat() && len(d.Offered) > 0
	s.rest()
	s.change(t)
	data["Articles"], err = s.articleTitles()
	if err != nil {
		return err
	}
	if !s.chat() {
		data["Chat"] = false
		s.sayOf(t, "opened.mail", data)
	} else {
		s.sayOf(t, "opened.chat", data)
		if len(d.Offered) > 0 {
			s.askWhatWasMissing(d.Offered)
		}
	}
	s.outcome(message.Opened, "", t)
	err = s.notify(notice.Opened, t, notice.Data{"Text": joined(d.Said), "About": s.pathName(d.About), "Folded": folded(d.Said)}, d.files()...)
	if err != nil {
		return err
	}
	return s.offerColleague(t)
}

// inferOrg finds the organisation of a draft that was not asked about (F5): that of the
// ticket it continues, that of the address it came from, else the person's first.
func (s *scene) inferOrg(d *Draft) error {
	if d.Org != "" {
		return nil
	}
	d.Org = s.who.Members[0].Org
	if len(s.who.Members) == 1 {
		return nil
	}
	if d.Continues != "" {
		old, found, err := known(s.r.Ticket(s.ctx, d.Continues))
		if err != nil {
			return err
		}
		if found && slices.Contains(s.who.Orgs(), old.Org) {
			d.Org = old.Org
			return nil
		}
	}
	_, domain, _ := strings.Cut(s.in.From.ID, "@")
	org, found, err := known(s.r.OrganisationFor(s.ctx, domain))
	if found && slices.Contains(s.who.Orgs(), org.ID) {
		d.Org = org.ID
	}
	return err
}

// linkOld joins the ticket to the one that it continues (B12).
func (s *scene) linkOld(t *ticket.Ticket, d *Draft) error {
	if d.Continues == "" {
		return nil
	}
	old, found, err := known(s.r.Ticket(s.ctx, d.Continues))
	if found && old.Org == t.Org { // a link across organisations would tell one of the other
		s.plan.Links = append(s.plan.Links, Pair{From: t, To: old, Relation: ticket.Continues, By: s.who.ID})
	}
	return err
}

// addCopies makes colleagues on To and Cc participants, when they are of the
// ticket's organisation (B9); others are left out and nothing is told about them.
func (s *scene) addCopies(t *ticket.Ticket) error {
	for _, a := range s.in.Copies {
		p, found, err := known(s.r.PersonAt(s.ctx, a))
		if err != nil {
			return err
		}
		if found && p.Verified(a) && !p.OnTeam() {
			_ = t.AddParticipant(s.who, p, s.now) // a refusal only leaves them out
		}
	}
	return nil
}

// shown is what people see of an article: its beginning when the rest is behind an
// address, else all of it.
func shown(a *article.Article) string {
	if a.URL != "" {
		return a.Excerpt(article.PhoneExcerpt)
	}
	return a.Whole(article.ChatWhole)
}

// articleTitles lists suggestions for a mail, which cannot ask first.
func (s *scene) articleTitles() (string, error) {
	if s.chat() {
		return "", nil
	}
	var lines []string
	for _, hint := range s.reading.Articles {
		a, err := s.readable(hint.Article)
		if err != nil {
			return "", err
		}
		if a != nil && len(lines) < 3 {
			title := "*" + a.Title + "*"
			if strings.HasPrefix(a.ID, solvedID) {
				title += " (" + s.e.Catalogue.Word(s.lang(), "article.elsewhere") + ")"
			}
			lines = append(lines, strings.TrimSpace(title+"\n"+shown(a)+"\n"+a.URL))
		}
	}
	return strings.Join(lines, "\n\n"), nil
}

// human hands over to the team, at any step (peers.md 36): what was said becomes a
// ticket at once; without words, one line is asked for.
func (s *scene) human() error {
	d := s.session.Draft
	if d != nil && len(d.Said) > 0 && len(s.who.Members) > 0 {
		return s.openNow()
	}
	if t, err := s.focused(); err != nil {
		return err
	} else if t != nil && t.Status != ticket.Closed {
		s.rest()
		s.sayOf(t, "human.ticket", notice.Data{"Phone": s.e.Desk.Phone})
		s.outcome(message.Talked, "asked for a person", t)
		return s.notify(notice.Added, t, notice.Data{"Text": s.in.Text})
	}
	s.rest()
	s.session.Draft = &Draft{Skipped: []string{valAll}}
	s.question(topicOpening, stepWords, "human.words", notice.Data{"Name": s.who.First(), "Phone": s.e.Desk.Phone})
	s.outcome(message.Talked, "asked for a person", nil)
	return nil
}

// asksForHuman hands over somebody who asked for a person in words of their own, which
// go along: into the ticket just spoken of, else into a new one, without questions.
func (s *scene) asksForHuman() error {
	t, err := s.focused()
	if err != nil {
		return err
	}
	if t != nil && t.Status != ticket.Closed && (s.thread != nil || s.speaksOn()) {
		return s.inThread(t)
	}
	if s.session.Draft == nil {
		s.session.Draft = &Draft{}
	}
	d := s.session.Draft
	d.Said = append(d.Said, s.said()...)
	s.readInto(d)
	d.Skipped = append(d.Skipped, valAll)
	return s.human()
}

// files are all attachments of a draft.
func (d *Draft) files() []message.Attachment {
	var out []message.Attachment
	for _, said := range d.Said {
		out = append(out, said.Attachments...)
	}
	return out
}

// joined is everything that was said, line by line.
func joined(said []ticket.Said) string {
	var parts []string
	for _, one := range said {
		if one.Text != "" {
			parts = append(parts, one.Text)
		}
	}
	return strings.Join(parts, "\n")
}
