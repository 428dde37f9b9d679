// Package message is the vocabulary that every layer shares: who (Address), which
// upstream item (Key), what came in (Inbound) and what goes out (Outbound).
//
// Promises: plain data with a stable JSON form, since inbox and outbox rows hold
// it; values are comparable where they are used as map keys. It does no I/O,
// knows no ticket rules and imports nothing of ours. Check methods report what is
// missing; they never repair.
package message

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Channel names a kind of upstream.
type Channel string

// The channels that Recado speaks.
const (
	Email    Channel = "email"
	WhatsApp Channel = "whatsapp"
	Slack    Channel = "slack"
	Web      Channel = "web"
)

// Address is where one party is reached on one channel. ID is in the channel's
// normal form, made only by that channel: a lower-case addr-spec for e-mail,
// digits with country code (or a LID) for WhatsApp, "T123/U456" for Slack.
type Address struct {
	Channel Channel `json:"channel"`
	ID      string  `json:"id"`
}

// IsZero reports whether a names nobody.
func (a Address) IsZero() bool { return a == Address{} }

// String is "channel:id", the form that ParseAddress reads.
func (a Address) String() string { return string(a.Channel) + ":" + a.ID }

// ParseAddress reads "channel:id". The id may itself hold colons.
func ParseAddress(s string) (Address, error) {
	channel, id, ok := strings.Cut(s, ":")
	if !ok || channel == "" || id == "" {
		return Address{}, fmt.Errorf("address %q is not channel:id", s)
	}
	return Address{Channel: Channel(channel), ID: id}, nil
}

// Key names one upstream item for ever. A turn is applied once per Key (rule 2).
// Account is our end: the mailbox, the number, the workspace.
type Key struct {
	Channel Channel `json:"channel"`
	Account string  `json:"account"`
	ID      string  `json:"id"`
}

// IsZero reports whether k names nothing.
func (k Key) IsZero() bool { return k == Key{} }

// String is for logs; it is not parsed.
func (k Key) String() string { return string(k.Channel) + "/" + k.Account + "/" + k.ID }

// Kind says what a person did upstream.
type Kind string

// Everything that a person can do is one of these (DESIGN, "one way through").
const (
	Text     Kind = "text"     // words, files or both
	Press    Kind = "press"    // a button or a poll vote; Choice holds the value that was offered, or see ByLabelDigest
	Reaction Kind = "reaction" // Choice holds the emoji, empty when taken back; Target the message
	Edit     Kind = "edit"     // Text replaces that of Target
	Deletion Kind = "deletion" // Target was deleted by who wrote it
	Rating   Kind = "rating"   // the signed rating page was posted; Form holds its fields
	Bounce   Kind = "bounce"   // what we sent to From could not be delivered
	Verdict  Kind = "verdict"  // the signed page of a held item was posted; Choice holds what was decided
	Command  Kind = "command"  // a slash command; Text holds what follows its name
	Shortcut Kind = "shortcut" // Choice was picked in the menu of Target; Text holds the words that stand there
	Submit   Kind = "submit"   // a form was sent; Choice names it, Form holds its fields, Target the message that led to it
	Arrived  Kind = "arrived"  // they opened their page of the desk, such as the App Home
)

// Proof is how sure the channel is that From is who wrote (rule 7).
type Proof string

// Proofs, from none to best.
const (
	Unproved   Proof = ""        // a From: line, and nothing else
	AsGuest    Proof = "guest"   // from outside: the upstream vouches for the name in From alone, and for who the desk registered under it
	ByTeam     Proof = "team"    // the team let this one item in; it proves nothing else
	ByToken    Proof = "token"   // it carries a token that only From was sent
	ByUpstream Proof = "channel" // the upstream vouches: WhatsApp, Slack, aligned DMARC
)

// Doubt is why a sender is not proved: a short code for the team, such as "dmarc=fail"
// or "two From fields". It is empty when Proof is ByTeam or better.
type Doubt string

// Auto says which machine wrote, if one did (RFC 3834, RFC 3464, RFC 5965, RFC 8098).
type Auto string

// Kinds of machine mail. A person is NotAuto.
const (
	NotAuto   Auto = ""
	AutoReply Auto = "auto-reply" // vacation, out of office, acknowledgements of other desks
	BounceDSN Auto = "bounce"
	ListMail  Auto = "list"
	Complaint Auto = "complaint"
	Receipt   Auto = "receipt" // a notice that a mail was shown (RFC 8098)
	OwnEcho   Auto = "own"     // what we ourselves sent, come back
	ByApp     Auto = "app"     // an app, a workflow or the chat's own service wrote it
)

// Defect is what hinders reading an item, for a channel that keeps what it cannot
// read. The words for people are in the catalogues, under "defect.".
type Defect string

// Defects. A Whole item has none.
const (
	Whole      Defect = ""
	Garbled    Defect = "garbled"    // it could not be taken apart, or nothing in it decoded
	Encrypted  Defect = "encrypted"  // for a key that we do not have
	Incomplete Defect = "incomplete" // only a part of it came, or was read
	Locked     Defect = "locked"     // it was sent to us, and its keys did not fit
	ViewOnce   Defect = "view-once"  // it may be looked at once, on a phone
	Foreign    Defect = "foreign"    // a kind of message that we do not know
)

// Standing is what somebody is in the team by how the upstream is set up: a member of the
// agents' channel, or of the supervisors' group. Only who is proved has one.
type Standing string

// Standings.
const (
	NoStanding   Standing = ""
	AsAgent      Standing = "agent"
	AsSupervisor Standing = "supervisor"
)

// Inbound is one thing that somebody did upstream, as the channel understood it.
type Inbound struct {
	Key          Key       `json:"key"`
	Account      string    `json:"account,omitempty"` // our end that answers, where Key.Account is shared by several; empty: Key.Account
	Kind         Kind      `json:"kind"`
	Conversation string    `json:"conversation"` // what orders turns: see ConversationWith
	From         Address   `json:"from"`
	FromName     string    `json:"fromName,omitempty"`
	Also         []Address `json:"also,omitempty"` // other names of From, by the upstream's word
	Own          bool      `json:"own,omitempty"`  // said at our end of the upstream, but not by us: the team's word to From
	Proof        Proof     `json:"proof,omitempty"`
	Doubt        Doubt     `json:"doubt,omitempty"` // why there is no Proof
	Auto         Auto      `json:"auto,omitempty"`
	SentAt       time.Time `json:"sentAt"`     // by the upstream's clock; for people to read only
	ReceivedAt   time.Time `json:"receivedAt"` // by ours, UTC

	Subject  string `json:"subject,omitempty"`
	Text     string `json:"text,omitempty"`     // what the person wrote, without quotes and signature
	FullText string `json:"fullText,omitempty"` // all of it, when Text is less
	Folded   bool   `json:"folded,omitempty"`   // Text leaves out what somebody may miss: others' words, not a signature or our own notice
	Original string `json:"original,omitempty"` // digest of the raw item in the file store, or what Seal made of it

	Defect       Defect `json:"defect,omitempty"`       // what hinders reading it
	OriginalSize int64  `json:"originalSize,omitempty"` // bytes of the whole item, where there is a Defect

	Attachments []Attachment      `json:"attachments,omitempty"`
	Refused     []Refusal         `json:"refused,omitempty"`
	Choice      string            `json:"choice,omitempty"`
	Target      Key               `json:"target,omitzero"`
	Form        map[string]string `json:"form,omitempty"`
	Failure     Failure           `json:"failure,omitempty"` // of a Bounce: why
	Copies      []Address         `json:"copies,omitempty"`  // the others on To and Cc, ours left out
	Thread      Thread            `json:"thread,omitzero"`
	Forward     Forward           `json:"forward,omitzero"`

	Room     Address   `json:"room,omitzero"`      // where several read it, as a channel of Slack; zero: From and we are alone
	Mentions []Address `json:"mentions,omitempty"` // people whom Text names, each once; who is meant by @everybody is nobody here
	Trigger  string    `json:"trigger,omitempty"`  // what a Form that answers this needs; good for some seconds
	Standing Standing  `json:"standing,omitempty"` // what From is in the team, by the upstream's word

	Broadcast bool `json:"broadcast,omitempty"` // an answer in a thread that was shown to the whole room as well
}

// Forward is a mail that was passed on inside this one, as its head claims. It proves
// nothing: who passes a mail on may write into it what they like. Of a Shortcut and of a
// Reaction, From and Name are who wrote the message that it is on, by the upstream's word.
type Forward struct {
	From    Address `json:"from,omitzero"` // zero when only a name was given
	Name    string  `json:"name,omitempty"`
	Subject string  `json:"subject,omitempty"`
	Date    string  `json:"date,omitempty"` // as the program wrote it, for people to read only
	Text    string  `json:"text,omitempty"` // what was passed on, without its head
}

// IsZero reports that nothing was passed on.
func (f Forward) IsZero() bool { return f.From.IsZero() && f.Name == "" }

// ConversationWith is the usual name of a conversation: our account and the other party.
func ConversationWith(account string, who Address) string {
	return string(who.Channel) + "/" + account + "/" + who.ID
}

// Thread is what ties an item to what was said before, best proof first.
type Thread struct {
	ID      string   `json:"id,omitempty"`      // how the upstream will name this item when it is answered
	Number  string   `json:"number,omitempty"`  // protocol number out of a token that was verified for From
	Refs    []string `json:"refs,omitempty"`    // ids of items that this one answers, nearest first
	Numbers []string `json:"numbers,omitempty"` // protocol numbers merely written, as in a subject
}

// Attachment is a file that was kept. Digest finds its bytes in the file store.
type Attachment struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"`   // bytes
	Digest    string `json:"digest"` // sha256, lower-case hex
	Inline    bool   `json:"inline,omitempty"`
	Unscanned bool   `json:"unscanned,omitempty"` // a scanner is configured, and did not see it
}

// Refusal is a file that was not kept, and why (B3).
type Refusal struct {
	Name  string `json:"name"`
	Size  int64  `json:"size"`
	Why   Reason `json:"why"`
	Virus string `json:"virus,omitempty"` // of Infected, as the scanner names it
}

// Reason is why a file was refused.
type Reason string

// The reasons for which a file is refused.
const (
	TooLarge   Reason = "too-large"
	TooMany    Reason = "too-many"
	Unreadable Reason = "unreadable"
	Infected   Reason = "infected"  // a scanner found something in it
	Unscanned  Reason = "unscanned" // it can never be scanned, and nothing passes unscanned
	Awaited    Reason = "awaited"   // the upstream has it no more; it was asked for again, and comes by itself or is refused then
)

// sealed marks an original that is kept, but that nobody may be handed.
const sealed = "sealed:"

// Seal marks the original of an item in which a scanner found something. It travels
// wherever Original does, and no file store opens it: it is no digest. Who has to look
// at the bytes all the same finds them in the store under the digest behind the mark.
func Seal(digest string) string {
	if IsSealed(digest) {
		return digest
	}
	return sealed + digest
}

// IsSealed reports whether an original may not be handed to anybody.
func IsSealed(original string) bool { return strings.HasPrefix(original, sealed) }

// B3: the most files that one message brings, and the most bytes of each.
const (
	MaxFiles    = 10
	MaxFileSize = 20 << 20
)

// Choice is one numbered option. The text of a message always spells the numbers
// out; a channel that has buttons may show them too.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Outbound is one message to one address. It is written in the transaction that
// caused it and sent by the outbox alone (rule 6).
type Outbound struct {
	ID           string       `json:"id"` // UUIDv7; the channel derives its upstream id from it
	To           Address      `json:"to"`
	Account      string       `json:"account,omitempty"` // our end; empty is the channel's only one
	Conversation string       `json:"conversation,omitempty"`
	Language     string       `json:"language"`          // BCP 47: pt-BR, en, es
	Subject      string       `json:"subject,omitempty"` // for channels that have one
	Text         string       `json:"text"`              // our markup: *bold*, _italic_, bare links, lines
	Choices      []Choice     `json:"choices,omitempty"`
	Attachments  []Attachment `json:"attachments,omitempty"`
	Number       string       `json:"number,omitempty"` // protocol number of the ticket spoken of
	Refs         []string     `json:"refs,omitempty"`   // upstream ids that this continues, oldest first
	InCopy       []Address    `json:"inCopy,omitempty"` // others who are told the same: shown where a channel can, not sent to
	Quote        string       `json:"quote,omitempty"`  // the words being answered, for channels that show them
	InChat       string       `json:"inChat,omitempty"` // what a mail says in a chat instead of Text, where that differs
	Again        bool         `json:"again,omitempty"`  // it was said before, to another address of its reader that did not get it
	Link         *Link        `json:"link,omitempty"`
	Proactive    bool         `json:"proactive,omitempty"` // nobody is waiting for it: pacing and quiet hours apply
	Code         bool         `json:"code,omitempty"`      // it holds a secret; never logged or shown to the team
	NotBefore    time.Time    `json:"notBefore,omitzero"`  // it is not sent earlier, and may be called back until then (Tx.Recall); zero: at once

	Kind     Kind      `json:"kind,omitempty"`     // empty: said anew; Edit: Text stands for that of Amends; Deletion: Amends is taken back
	Amends   *Outbound `json:"amends,omitempty"`   // what an Edit or a Deletion is about, as it was posted
	Conveys  string    `json:"conveys,omitempty"`  // upstream id of the item whose words it passes on
	Verbatim []string  `json:"verbatim,omitempty"` // words of people within Text: no markup of ours, whatever signs are in them
	Passage  *Passage  `json:"passage,omitempty"`  // where it holds the words that it passes on
	Late     string    `json:"late,omitempty"`     // of an Edit: what is said anew where nothing can be changed any more; empty: nothing is

	Under  string  `json:"under,omitempty"`  // ID of the message in whose thread this is said, where a channel has threads
	Only   Address `json:"only,omitzero"`    // of those in the room To, who alone sees it
	As     *Face   `json:"as,omitempty"`     // in whose name it appears, where a channel can show that; nil: ours
	Card   *Card   `json:"card,omitempty"`   // what a channel with cards shows instead of Text
	Form   *Form   `json:"form,omitempty"`   // what a channel with forms asks instead of Text
	Home   *Home   `json:"home,omitempty"`   // the page of To is replaced by it, where a channel has one
	Poll   *Poll   `json:"poll,omitempty"`   // what a channel with polls asks beside Text
	Points string  `json:"points,omitempty"` // ID of another message that this one leads to, where a channel can link to it
	About  Key     `json:"about,omitzero"`   // of a Reaction: the item that Text, an emoji, is put on

	// What the outbox knows when it sends, and no row holds.
	Root   string `json:"-"` // upstream id of Under
	SentAs string `json:"-"` // of Amends: the upstream id that it got
	Leads  string `json:"-"` // upstream id of Points
}

// labelDigest begins a Choice that names an option by its label.
const labelDigest = "label:"

// ByLabelDigest is the Choice of who knows an option only by the SHA-256 of its label, as
// a vote in a WhatsApp poll does.
func ByLabelDigest(sum []byte) string { return labelDigest + hex.EncodeToString(sum) }

// Names reports whether choice, as an Inbound has it, is c: by value, or by the digest of
// the label.
func (c Choice) Names(choice string) bool {
	if choice == c.Value {
		return true
	}
	sum := sha256.Sum256([]byte(c.Label))
	return choice == ByLabelDigest(sum[:])
}

// Link offers a signed page. The outbox fills in URL just before sending, so that
// no live link rests in a table; a channel shows Label and URL as it can.
type Link struct {
	Purpose string `json:"purpose"` // "rate", "held"
	Subject string `json:"subject"` // what the link is about, such as a survey's id
	Label   string `json:"label"`
	URL     string `json:"-"`
}

// Check reports what is missing of an item that a channel hands in.
func (in Inbound) Check() error {
	switch {
	case in.Key.Channel == "" || in.Key.ID == "":
		return fmt.Errorf("inbound %s: key is incomplete", in.Key)
	case in.Kind == "":
		return fmt.Errorf("inbound %s: no kind", in.Key)
	case in.Conversation == "":
		return fmt.Errorf("inbound %s: no conversation", in.Key)
	case in.ReceivedAt.IsZero():
		return fmt.Errorf("inbound %s: no time of receipt", in.Key)
	}
	return nil
}

// Check reports what is missing of a message to be posted.
func (out Outbound) Check() error {
	switch {
	case out.ID == "":
		return fmt.Errorf("outbound to %s: no id", out.To)
	case out.To.IsZero() || out.To.ID == "":
		return fmt.Errorf("outbound %s: no address", out.ID)
	case (out.Kind == Edit || out.Kind == Deletion) && out.Amends == nil:
		return fmt.Errorf("outbound %s: %s of nothing", out.ID, out.Kind)
	case out.Text == "" && len(out.Attachments) == 0 && out.Kind != Deletion:
		return fmt.Errorf("outbound %s: nothing to say", out.ID)
	}
	return nil
}
