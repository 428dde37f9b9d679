package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"recado/channels"
	"recado/core/message"
	"recado/sign"
)

// Quarantine knows what is held. Wiring connects it to the store.
type Quarantine interface {
	// Held returns what the page of a held item shows to somebody of the team,
	// ErrNotHeld, or ErrNotTheirs when they may not decide about it.
	Held(ctx context.Context, item, person string) (HeldPage, error)
}

// Errors of Quarantine.
var (
	ErrNotHeld   = errors.New("web: no such item is held")
	ErrNotTheirs = errors.New("web: it is not theirs to decide")
)

// HeldPage is what the page shows of a held item. All of it is shown as plain text.
type HeldPage struct {
	Ref        string // the item, as people name it
	From       string // the address that it claims; empty: none
	Name       string // of whose address that is; empty: nobody's
	Subject    string
	Text       string
	Files      []string // names, with sizes
	Releasable bool
	Language   string // BCP 47, the reader's

	Ended    bool // it does not wait any more
	Released bool // ... and was let in
	By       string

	// Words are what is said in the language of the page.
	Words  func(language string) HeldWords
	Others []HeldOther
}

// HeldWords are parts of the page that depend on its language.
type HeldWords struct{ Why, Received, Ended string }

// HeldOther is another item that waits for the same person.
type HeldOther struct{ ID, Subject, From string }

// The names of what the form of a held item posts.
const (
	fieldForm    = "form"
	fieldVerdict = "verdict"
)

// A posted form bears a token of its own: it proves that the page was looked at, not
// long ago, which no link in a mail can.
const (
	purposeHeldForm = "held-form"
	formTTL         = 24 * time.Hour
)

// heldView is the page of a held item.
type heldView struct {
	HeldPage
	HeldWords
	Problem string
	Whose   string
	Means   string // what the buttons do
	Token   string
}

// otherHeld is a link to the page of another one.
type otherHeld struct{ URL, Subject, From string }

// heldLink is a link to the page of a held item, taken apart.
type heldLink struct {
	subject      string
	item, person string
	expires      time.Time
}

// heldFor opens the link of a request. When it does not hold, heldFor answers.
func (c *Channel) heldFor(w http.ResponseWriter, r *http.Request) (heldLink, bool) {
	subject, expires, err := c.opts.Signer.OpenLink(purposeHeld, tokenOf(r), c.opts.Clock())
	item, person, ok := strings.Cut(subject, "/")
	switch {
	case errors.Is(err, sign.ErrExpired):
		c.note(w, r, http.StatusGone, func(t *texts) note { return t.Held.Over })
		return heldLink{}, false
	case err != nil || !ok:
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
		return heldLink{}, false
	}
	return heldLink{subject, item, person, expires}, true
}

// heldPage looks the item of a link up. When it is not to be shown, heldPage answers.
func (c *Channel) heldPage(w http.ResponseWriter, r *http.Request, l heldLink) (HeldPage, bool) {
	page, err := c.opts.Quarantine.Held(r.Context(), l.item, l.person)
	switch {
	case errors.Is(err, ErrNotHeld):
		c.note(w, r, http.StatusGone, func(t *texts) note { return t.Held.Gone })
	case errors.Is(err, ErrNotTheirs):
		c.note(w, r, http.StatusForbidden, func(t *texts) note { return t.Held.NotYours })
	case err != nil:
		c.opts.Log.Error("web: look a held item up", "item", l.item, "err", err)
		w.Header().Set("Retry-After", "60")
		c.note(w, r, http.StatusServiceUnavailable, func(t *texts) note { return t.Down })
	case page.Ended:
		c.wasDecided(w, r, l, page)
	default:
		return page, true
	}
	return HeldPage{}, false
}

func (c *Channel) showHeld(w http.ResponseWriter, r *http.Request) {
	l, ok := c.heldFor(w, r)
	if !ok {
		return
	}
	if page, ok := c.heldPage(w, r, l); ok {
		c.heldForm(w, r, http.StatusOK, l, page, "")
	}
}

// judge hands a posted decision in. Whether it still counts, and whether this person may
// still decide, is seen to by its turn.
func (c *Channel) judge(w http.ResponseWriter, r *http.Request, sink channels.Sink) {
	l, ok := c.heldFor(w, r)
	if !ok {
		return
	}
	if !c.parsed(w, r) {
		return
	}
	seen, err := c.opts.Signer.VerifyLink(purposeHeldForm, r.PostForm.Get(fieldForm), c.opts.Clock())
	verdict := r.PostForm.Get(fieldVerdict)
	switch {
	case errors.Is(err, sign.ErrExpired):
		c.note(w, r, http.StatusForbidden, func(t *texts) note { return t.Held.Stale })
		return
	case err != nil || seen != l.subject || verdict != "release" && verdict != "discard":
		c.note(w, r, http.StatusForbidden, func(t *texts) note { return t.Foreign })
		return
	}
	page, ok := c.heldPage(w, r, l)
	if !ok {
		return
	}
	if err := c.accept(r.Context(), sink, c.verdict(l, verdict)); err != nil {
		c.opts.Log.Error("web: keep a decision", "item", l.item, "err", err)
		w.Header().Set("Retry-After", "60")
		c.heldForm(w, r, http.StatusServiceUnavailable, l, page, c.pages.texts[c.language(r, page.Language)].Held.Busy)
		return
	}
	t := c.pages.texts[c.language(r, page.Language)]
	said := t.Held.Discarded
	if verdict == "release" {
		said = t.Held.Released
	}
	c.render(w, http.StatusOK, view{texts: t, Note: &said, Done: true, Others: c.others(l, page)})
}

// verdict is a decision as an item for the inbox. A second click on the same button of
// the same link is the same item.
func (c *Channel) verdict(l heldLink, choice string) message.Inbound {
	from, now := message.Address{Channel: message.Web, ID: l.subject}, c.opts.Clock().UTC()
	return message.Inbound{
		Key:          message.Key{Channel: message.Web, Account: c.opts.Account, ID: purposeHeld + "/" + l.subject + "/" + choice},
		Kind:         message.Verdict,
		Conversation: message.ConversationWith(c.opts.Account, from),
		From:         from,
		Proof:        message.ByToken,
		SentAt:       now,
		ReceivedAt:   now,
		Choice:       choice,
	}
}

// wasDecided says what was decided, by whom and when.
func (c *Channel) wasDecided(w http.ResponseWriter, r *http.Request, l heldLink, page HeldPage) {
	t := c.pages.texts[c.language(r, page.Language)]
	n := t.Held.WasOut
	if page.Released {
		n = t.Held.WasIn
	}
	n.Text = strings.NewReplacer("{by}", page.By, "{when}", page.Words(t.Tag).Ended).Replace(n.Text)
	c.render(w, http.StatusOK, view{texts: t, Note: &n, Others: c.others(l, page)})
}

// heldForm shows a held item and the two buttons.
func (c *Channel) heldForm(w http.ResponseWriter, r *http.Request, status int, l heldLink, page HeldPage, problem string) {
	t := c.pages.texts[c.language(r, page.Language)]
	v := heldView{HeldPage: page, HeldWords: page.Words(t.Tag), Problem: problem}
	v.Text, v.Subject = plainText(page.Text), plainText(page.Subject)
	fill := strings.NewReplacer("{name}", page.Name, "{from}", page.From)
	switch {
	case page.Name != "":
		v.Whose, v.Means = fill.Replace(t.Held.Address), fill.Replace(t.Held.IfRelease)
	case page.From != "":
		v.Whose, v.Means = t.Held.Stranger, fill.Replace(t.Held.IfKnown)
	default:
		v.From = t.Held.Nobody
	}
	if !page.Releasable && page.From != "" {
		v.Means = fill.Replace(t.Held.Register)
	}
	until := c.opts.Clock().Add(formTTL)
	v.Token = c.opts.Signer.Link(purposeHeldForm, l.subject, until)
	c.render(w, status, view{texts: t, Item: &v, Others: c.others(l, page)})
}

// others are links that hold as long as the one that led here, and for the same person.
func (c *Channel) others(l heldLink, page HeldPage) (all []otherHeld) {
	for _, o := range page.Others {
		all = append(all, otherHeld{URL: c.path(purposeHeld, o.ID+"/"+l.person, l.expires), Subject: o.Subject, From: o.From})
	}
	return all
}
