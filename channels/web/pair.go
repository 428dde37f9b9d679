package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"recado/core/message"
	"recado/sign"
)

// PairTTL is how long a link to the page holds on which a number is linked. Whoever
// has it could link a phone of their own, so it is short.
const PairTTL = 12 * time.Hour

// Pairings link the desk's WhatsApp numbers to their phones. Wiring connects them.
type Pairings interface {
	// Pairing is what the page of a number shows, or ErrNoPairing. It changes nothing.
	Pairing(ctx context.Context, account string) (PairingPage, error)
	// Begin shows codes for a number; phone is where one is typed in, empty for a
	// picture alone. Stop shows no more.
	Begin(ctx context.Context, account, phone string) error
	Stop(ctx context.Context, account string) error
}

// ErrNoPairing is answered for a number that the desk does not have.
var ErrNoPairing = errors.New("web: no such number is configured")

// PairingPage is how the pairing of a number stands.
type PairingPage struct {
	Number string // digits; it is linked already
	QR     string // what the picture says; empty: none is shown
	Typed  string // the code to be typed in, if one was asked for
	End    string // why the last pairing ended without a link: a key of the texts under pair.ended
}

// PairingURL is where the page of a number is, for who has no Channel at hand.
func PairingURL(base string, signer *sign.Signer, account string, expires time.Time) (string, error) {
	u, err := parseBase(base)
	if err != nil {
		return "", err
	}
	return pathOf(u, signer, purposePair, account, expires), nil
}

// PairingLink leads to the page of a number.
func PairingLink(account string) message.Link {
	return message.Link{Purpose: purposePair, Subject: account}
}

// The fields of the page, and what they may say.
const (
	fieldDo    = "do"
	fieldPhone = "phone"
	fieldType  = "type"

	doShow, doType, doStop = "show", "type", "stop"
)

// reloadEvery is how often the page looks whether the code changed, or was used. A page
// without scripts can only load itself anew.
const reloadEvery = 5

// pairView is the page on which a number is linked.
type pairView struct {
	Account string
	Problem string
	Typed   string
	Shape   string // the dark squares, as a path; empty: there is no picture
	Size    int    // of the picture's sides, in squares
}

// pairingFor opens the link of a request. When it does not hold, pairingFor answers.
func (c *Channel) pairingFor(w http.ResponseWriter, r *http.Request) (account string, ok bool) {
	account, err := c.opts.Signer.VerifyLink(purposePair, tokenOf(r), c.opts.Clock())
	switch {
	case errors.Is(err, sign.ErrExpired):
		c.note(w, r, http.StatusGone, func(t *texts) note { return t.Pair.Over })
		return "", false
	case err != nil:
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
		return "", false
	}
	return account, true
}

// showPairing shows the code of the moment, or how to get one.
func (c *Channel) showPairing(w http.ResponseWriter, r *http.Request) {
	account, ok := c.pairingFor(w, r)
	if !ok {
		return
	}
	page, err := c.opts.Pairings.Pairing(r.Context(), account)
	switch {
	case errors.Is(err, ErrNoPairing):
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
		return
	case err != nil:
		c.opts.Log.Error("web: look how a number is linked", "account", account, "err", err)
		c.note(w, r, http.StatusServiceUnavailable, func(t *texts) note { return t.Down })
		return
	}
	if page.Number != "" {
		c.linked(w, r, page.Number)
		return
	}
	c.pairForm(w, r, http.StatusOK, account, page, "")
}

func (c *Channel) linked(w http.ResponseWriter, r *http.Request, number string) {
	t := c.pages.texts[c.language(r, "")]
	n := t.Pair.Linked
	n.Text = strings.ReplaceAll(n.Text, "{number}", number)
	c.render(w, http.StatusOK, view{texts: t, Note: &n, Done: true})
}

// pair does what was posted, and leads back to the page: it loads itself anew, and no
// browser may post again by that.
func (c *Channel) pair(w http.ResponseWriter, r *http.Request) {
	account, ok := c.pairingFor(w, r)
	if !ok {
		return
	}
	if !c.parsed(w, r) {
		return
	}
	var err error
	switch r.PostForm.Get(fieldDo) {
	case doShow:
		err = c.opts.Pairings.Begin(r.Context(), account, "")
	case doType:
		err = c.opts.Pairings.Begin(r.Context(), account, plainText(r.PostForm.Get(fieldPhone)))
	case doStop:
		err = c.opts.Pairings.Stop(r.Context(), account)
	default:
		c.note(w, r, http.StatusBadRequest, func(t *texts) note { return t.Foreign })
		return
	}
	switch {
	case errors.Is(err, ErrNoPairing):
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
	case err != nil:
		c.opts.Log.Error("web: link a number", "account", account, "err", err)
		w.Header().Set("Retry-After", "60")
		c.pairForm(w, r, http.StatusServiceUnavailable, account, PairingPage{}, c.pages.texts[c.language(r, "")].Pair.Down)
	default:
		// Relative: the browser knows the address under which it came here.
		w.Header().Set("Location", "?"+fieldLang+"="+c.language(r, ""))
		w.WriteHeader(http.StatusSeeOther)
	}
}

func (c *Channel) pairForm(w http.ResponseWriter, r *http.Request, status int, account string, page PairingPage, problem string) {
	t := c.pages.texts[c.language(r, "")]
	v := view{texts: t, Linking: &pairView{Account: account, Problem: problem}}
	if problem == "" {
		v.Linking.Problem = t.Pair.Ended.of(page.End)
	}
	if page.QR != "" && r.URL.Query().Get(fieldType) == "" { // who types a number is not interrupted
		shape, size, err := shapeOf(page.QR)
		if err != nil {
			c.opts.Log.Error("web: draw a code", "account", account, "err", err)
			c.note(w, r, http.StatusServiceUnavailable, func(t *texts) note { return t.Down })
			return
		}
		v.Linking.Shape, v.Linking.Size, v.Linking.Typed, v.Reload = shape, size, page.Typed, reloadEvery
	}
	c.render(w, status, v)
}

// quietZone is the white border that readers of a code need, in squares (ISO/IEC 18004
// 6.3.8).
const quietZone = 4

// shapeOf draws a QR code as the path of an SVG: one stroke for each run of dark squares
// in a row. It is part of the page, so that nothing is loaded, and nobody keeps a file.
func shapeOf(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", 0, fmt.Errorf("draw a code of %d letters: %w", len(text), err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run == 0 {
				continue
			}
			n := strconv.Itoa(run)
			b.WriteString("M" + strconv.Itoa(x+quietZone) + " " + strconv.Itoa(y+quietZone) + "h" + n + "v1h-" + n + "z")
			x += run
		}
	}
	return b.String(), code.Size + 2*quietZone, nil
}
