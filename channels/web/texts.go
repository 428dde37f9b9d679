package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"
)

//go:embed texts/*.yaml
var textFiles embed.FS

// languages are those that the pages speak, the default first.
func languages() []string { return []string{"pt-BR", "en", "es"} }

// texts is everything that the pages say in one language.
type texts struct {
	Tag  string `yaml:"tag"`  // BCP 47
	Name string `yaml:"name"` // of the language, in itself

	Title         string   `yaml:"title"`
	Heading       string   `yaml:"heading"`
	Ticket        string   `yaml:"ticket"`
	Service       string   `yaml:"service"`
	AskService    string   `yaml:"ask_service"`     // {agent}
	AskServiceAny string   `yaml:"ask_service_any"` // when nobody in particular answered
	Solution      string   `yaml:"solution"`
	AskSolution   string   `yaml:"ask_solution"`
	Of            string   `yaml:"of"`    // {n}: the name of a star
	Words         []string `yaml:"words"` // what one to five stars mean
	Choose        string   `yaml:"choose"`
	Comment       string   `yaml:"comment"`
	Optional      string   `yaml:"optional"`
	Send          string   `yaml:"send"`
	Again         string   `yaml:"again"`
	Privacy       string   `yaml:"privacy"`
	Change        string   `yaml:"change"`
	Languages     string   `yaml:"languages"` // names the list of languages to a screen reader

	Missing string `yaml:"missing"`
	TooLong string `yaml:"too_long"` // {max} characters
	Busy    string `yaml:"busy"`

	Thanks   note `yaml:"thanks"`
	Over     note `yaml:"over"`
	Broken   note `yaml:"broken"`
	Foreign  note `yaml:"foreign"`
	Slow     note `yaml:"slow"`
	Down     note `yaml:"down"`
	NotFound note `yaml:"not_found"`
	Home     note `yaml:"home"`

	Held heldTexts `yaml:"held"`
	Pair pairTexts `yaml:"pair"`
}

// heldTexts are those of the page of a held item.
type heldTexts struct {
	Title     string `yaml:"title"`
	Heading   string `yaml:"heading"`
	From      string `yaml:"from"`
	Address   string `yaml:"address"` // {name}: whose address it is
	Stranger  string `yaml:"stranger"`
	Nobody    string `yaml:"nobody"`
	Received  string `yaml:"received"`
	Subject   string `yaml:"subject"`
	Files     string `yaml:"files"`
	Why       string `yaml:"why"`
	Message   string `yaml:"message"`
	NoText    string `yaml:"no_text"`
	Release   string `yaml:"release"`
	Discard   string `yaml:"discard"`
	IfRelease string `yaml:"if_release"` // {name}
	IfKnown   string `yaml:"if_known"`   // {from}: what letting a stranger in means
	Register  string `yaml:"register"`   // {from}: there is nothing to release until they are registered
	Others    string `yaml:"others"`
	Busy      string `yaml:"busy"`

	Released  note `yaml:"released"`
	Discarded note `yaml:"discarded"`
	WasIn     note `yaml:"was_in"`  // {by}, {when}: decided before
	WasOut    note `yaml:"was_out"` // {by}, {when}
	Over      note `yaml:"over"`
	Gone      note `yaml:"gone"`
	NotYours  note `yaml:"not_yours"`
	Stale     note `yaml:"stale"`
}

// pairTexts are those of the page on which a number is linked.
type pairTexts struct {
	Title    string `yaml:"title"`
	Heading  string `yaml:"heading"`
	Which    string `yaml:"which"`
	Intro    string `yaml:"intro"`
	Show     string `yaml:"show"`
	Or       string `yaml:"or"`
	Phone    string `yaml:"phone"`
	Hint     string `yaml:"hint"`
	Type     string `yaml:"type"`
	Scan     string `yaml:"scan"`
	Steps    string `yaml:"steps"` // on the phone, up to "link a device"
	ThenScan string `yaml:"then_scan"`
	ThenType string `yaml:"then_type"`
	Picture  string `yaml:"picture"` // what a screen reader says of it
	Code     string `yaml:"code"`
	Changes  string `yaml:"changes"`
	Other    string `yaml:"other"`
	Stop     string `yaml:"stop"`
	Down     string `yaml:"down"`

	Ended  pairEnds `yaml:"ended"`
	Linked note     `yaml:"linked"` // {number}
	Over   note     `yaml:"over"`
}

// pairEnds say how a pairing ended without a link, by PairingPage.End.
type pairEnds struct {
	Stopped  string `yaml:"stopped"`
	Passkey  string `yaml:"passkey"`
	BadPhone string `yaml:"bad-phone"`
	OldPhone string `yaml:"old-phone"`
	Outdated string `yaml:"outdated"`
	Busy     string `yaml:"busy"`
	Failed   string `yaml:"failed"`
}

func (e pairEnds) of(end string) string {
	if end == "" {
		return ""
	}
	text := map[string]string{
		"stopped": e.Stopped, "passkey": e.Passkey, "bad-phone": e.BadPhone, "old-phone": e.OldPhone, "outdated": e.Outdated, "busy": e.Busy,
	}[end]
	return cmp.Or(text, e.Failed)
}

// note is a page with nothing to fill in.
type note struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// loadTexts reads the catalogues. A key that is not in texts is an error; the test
// of this package finds the missing ones.
func loadTexts() (map[string]*texts, error) {
	all := map[string]*texts{}
	for _, tag := range languages() {
		raw, err := textFiles.ReadFile("texts/" + tag + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("web: texts in %s: %w", tag, err)
		}
		t := new(texts)
		if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(t); err != nil {
			return nil, fmt.Errorf("web: texts in %s: %w", tag, err)
		}
		all[tag] = t
	}
	return all, nil
}

// language chooses what a page speaks: what the reader picked, the ticket's
// language, what the browser asks for, and then the default.
func (c *Channel) language(r *http.Request, ticket string) string {
	picked := r.URL.Query().Get(fieldLang)
	if r.PostForm.Has(fieldLang) {
		picked = r.PostForm.Get(fieldLang)
	}
	for _, wish := range []string{picked, ticket, r.Header.Get("Accept-Language")} {
		if tag, ok := spoken(wish); ok {
			return tag
		}
	}
	return languages()[0]
}

// spoken is the nearest of our languages to a list as in Accept-Language.
func spoken(wish string) (string, bool) {
	wanted, _, err := language.ParseAcceptLanguage(wish)
	if err != nil || len(wanted) == 0 {
		return "", false
	}
	var ours []language.Tag
	for _, tag := range languages() {
		ours = append(ours, language.MustParse(tag))
	}
	_, i, confidence := language.NewMatcher(ours).Match(wanted...)
	return languages()[i], confidence > language.No
}

func (t *texts) of(n int) string { return strings.ReplaceAll(t.Of, "{n}", strconv.Itoa(n)) }

func (t *texts) askService(agent string) string {
	if agent == "" {
		return t.AskServiceAny
	}
	return strings.ReplaceAll(t.AskService, "{agent}", agent)
}

func (t *texts) stars(given int) []star {
	var all []star
	for i, word := range t.Words {
		all = append(all, star{Value: i + 1, Label: t.of(i + 1), Word: word, Checked: i+1 == given})
	}
	return all
}
