package slack

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"recado/core/message"
)

// reader makes our text out of Slack's, and notes whom it names.
type reader struct {
	name     func(user string) string // of a person; empty: not known
	about    func(user string) message.Address
	emoji    map[string]string // of this message: Slack's name to the character
	mentions []message.Address
}

// reader knows people by their profiles.
func (c *Channel) reader(ctx context.Context, emoji map[string]string) *reader {
	return &reader{
		emoji: emoji,
		name: func(user string) string {
			who, err := c.profile(ctx, user, "")
			if err != nil {
				return ""
			}
			return who.name
		},
		about: func(user string) message.Address {
			who, _ := c.profile(ctx, user, "") // it has an address all the same
			return address(or(who.team, c.Workspace), user)
		},
	}
}

// marked is what stands between < and > (docs.slack.dev, "Formatting message text"): a
// sign or a scheme, what is meant, and how it is shown.
var marked = regexp.MustCompile(`<((?:[@#!]|[A-Za-z][A-Za-z0-9+.\-]*:)[^<>]*)>`)

// entities are what Slack escapes, and nothing else.
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// colons are an emoji by its name.
var colons = regexp.MustCompile(`:([a-z0-9_+'\-]+)(?:::skin-tone-([2-6]))?:`)

// plain is Slack's text as our markup, which has the same bold and italics.
func (r *reader) plain(text string) string {
	var b strings.Builder
	from := 0
	for _, at := range marked.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(r.signs(text[from:at[0]]))
		b.WriteString(entities.Replace(r.meant(text[at[2]:at[3]])))
		from = at[1]
	}
	b.WriteString(r.signs(text[from:]))
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "\u00a0", " "))
}

// signs are words between what is marked.
func (r *reader) signs(text string) string {
	text = colons.ReplaceAllStringFunc(text, func(name string) string {
		if c := r.emoji[strings.Trim(name, ":")]; c != "" {
			return c
		}
		if c, known := characterOf(strings.Trim(name, ":")); known {
			return c
		}
		return name
	})
	return entities.Replace(text)
}

// meant is what stands for something marked.
func (r *reader) meant(inside string) string {
	what, label, labelled := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(what, "@"):
		return r.person(what[1:], label)
	case strings.HasPrefix(what, "#"):
		return "#" + or(label, what[1:])
	case strings.HasPrefix(what, "!subteam^"):
		return or(label, "@"+strings.TrimPrefix(what, "!subteam^"))
	case strings.HasPrefix(what, "!date^"):
		return label
	case strings.HasPrefix(what, "!"): // here, channel, everyone
		return or(label, "@"+what[1:])
	case strings.HasPrefix(what, "mailto:"), strings.HasPrefix(what, "tel:"):
		_, bare, _ := strings.Cut(what, ":")
		return or(label, bare)
	case !labelled || label == what || bareLink(label) == bareLink(what):
		return what
	}
	return label + " (" + what + ")"
}

// bareLink is a link without what people leave out.
func bareLink(link string) string {
	link = strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://")
	return strings.TrimSuffix(strings.TrimPrefix(link, "www."), "/")
}

// person is a name, and notes that they were called.
func (r *reader) person(user, label string) string {
	if user == "" {
		return "@" + label
	}
	if who := r.about(user); !slices.Contains(r.mentions, who) {
		r.mentions = append(r.mentions, who)
	}
	return "@" + strings.TrimPrefix(or(r.name(user), or(label, user)), "@")
}
