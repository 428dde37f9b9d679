package email

import (
	_ "embed"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recado/channels/email/letter"
	"recado/core/message"
)

// mailHTML is the page around the words. It is not a template of html/template, which
// takes comments out: Outlook reads its own things in them. Every value is escaped here.
//
//go:embed mail.html
var mailHTML string

// The page leans on tables and on colours in attributes for Outlook's Word engine, takes
// rounded corners where there are some, and says twice what is dark: in a media query for
// Apple Mail, by data-ogsc and data-ogsb for Outlook.com. Gmail inverts colours itself;
// none here is pure, so that it stays readable. It stays far under the 102 KB at which
// Gmail clips.
func (d *desk) htmlBody(out message.Outbound) string {
	text := letter.Tidy(out.Text)
	b := &strings.Builder{}
	b.Grow(len(text) + 2048)
	d.writeWords(b, text, out)
	for _, f := range out.Attachments {
		fmt.Fprintf(b, `<p class="mute" style="margin:0 0 6px;font-size:14px;color:#5c6673;">📎 %s%s</p>`+"\n",
			html.EscapeString(letter.FileName(f.Name, f.MediaType, 1)), sizeOf(f.Size, " · "))
	}
	if safeLink(out.Link) {
		fmt.Fprintf(b, `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0;"><tr>`+
			`<td class="button" bgcolor="#1f5fd0" style="background-color:#1f5fd0;border-radius:8px;">`+
			`<a href="%s" style="display:inline-block;padding:13px 26px;color:#ffffff;font-size:16px;font-weight:bold;line-height:22px;`+
			`text-decoration:none;mso-padding-alt:0;">`+
			`<!--[if mso]>&nbsp;&nbsp;&nbsp;&nbsp;<![endif]-->%s<!--[if mso]>&nbsp;&nbsp;&nbsp;&nbsp;<![endif]--></a></td></tr></table>`+"\n",
			html.EscapeString(out.Link.URL), html.EscapeString(letter.OneLine(out.Link.Label)))
	}
	if lines := quoteLines(out); len(lines) > 0 {
		b.WriteString(`<blockquote class="quote" dir="auto" ` +
			`style="margin:20px 0 0;padding:2px 0 2px 14px;border-left:3px solid #c3cad3;color:#5c6673;font-size:15px;">`)
		b.WriteString(strings.Join(escaped(lines), "<br>\n") + "</blockquote>\n")
	}
	return strings.NewReplacer(
		"{LANG}", html.EscapeString(letter.OneLine(out.Language)),
		"{TITLE}", html.EscapeString(d.subject(out)),
		"{PREVIEW}", html.EscapeString(preview(text)),
		"{DESK}", html.EscapeString(letter.OneLine(or(d.Name, d.Address))),
		"{NUMBER}", html.EscapeString(letter.OneLine(out.Number)),
		"{BODY}", b.String(),
	).Replace(mailHTML)
}

func escaped(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = html.EscapeString(l)
	}
	return out
}

// safeLink keeps anything but pages out: a link may be made from what people wrote.
func safeLink(l *message.Link) bool {
	return l != nil && (strings.HasPrefix(l.URL, "https://") || strings.HasPrefix(l.URL, "http://"))
}

// preview is what a list of mails shows beside the subject.
func preview(text string) string { return letter.Cut(letter.OneLine(unmarked(text)), 140) }

func sizeOf(bytes int64, before string) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%s%.1f MB", before, float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return before + strconv.FormatInt(bytes>>10, 10) + " KB"
	case bytes > 0:
		return before + strconv.FormatInt(bytes, 10) + " B"
	}
	return "" // not known, as of an original
}

// rule sets off what the team must know before it answers (rule 8). It stays in the
// text: by it our own words are recognised when a mail program quotes them badly.
const rule = "———"

// writeWords writes the paragraphs. A list of choices becomes a list of mails that are
// ready to be sent, what follows a rule a box that cannot be overlooked.
func (d *desk) writeWords(b *strings.Builder, text string, out message.Outbound) {
	for _, paragraph := range paragraphs(text) {
		lines := strings.Split(paragraph, "\n")
		switch {
		case isChoice(lines[0], out.Choices, 0) && len(lines) == len(out.Choices):
			d.writeChoices(b, out)
		case strings.TrimSpace(lines[0]) == rule && len(lines) > 1:
			b.WriteString(`<p class="mute" style="margin:0 0 4px;color:#a3acb6;line-height:1;">` + rule + "</p>\n" +
				`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="warn" bgcolor="#fff6dc" ` +
				`style="background-color:#fff6dc;border-left:4px solid #d9a514;color:#5a4300;padding:12px 16px;font-size:15px;line-height:1.5;">`)
			writeLines(b, lines[1:])
			b.WriteString("</td></tr></table>\n")
		default:
			b.WriteString(`<p style="margin:0 0 16px;">`)
			writeLines(b, lines)
			b.WriteString("</p>\n")
		}
	}
}

func writeLines(b *strings.Builder, lines []string) {
	for i, line := range lines {
		if i > 0 {
			b.WriteString("<br>\n")
		}
		writeInline(b, line)
	}
}

// isChoice reports whether a line is the nth of the choices, as the text spells them.
func isChoice(line string, choices []message.Choice, n int) bool {
	return n < len(choices) && line == "*"+strconv.Itoa(n+1)+".* "+choices[n].Label
}

// writeChoices makes each number a mail with nothing but it: on a phone that is one tap
// and "send". A GET of it does nothing.
func (d *desk) writeChoices(b *strings.Builder, out message.Outbound) {
	to := d.home.Address
	if out.Number != "" {
		to = d.home.With(d.Signer.Reply(out.Number, out.To.ID))
	}
	b.WriteString(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;">` + "\n")
	for i, c := range out.Choices {
		n := strconv.Itoa(i + 1)
		link := "mailto:" + url.PathEscape(to.String()) + "?subject=" + url.PathEscape("Re: "+d.subject(out)) + "&body=" + n
		fmt.Fprintf(b, `<tr><td width="30" valign="top" style="padding:4px 12px 4px 0;"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>`+
			`<td class="number" width="30" height="30" align="center" bgcolor="#1f5fd0" `+
			`style="background-color:#1f5fd0;border-radius:15px;font-size:15px;line-height:30px;font-weight:bold;color:#ffffff;">%s.</td>`+
			`</tr></table></td><td style="padding:8px 0;"><a href="%s" style="color:#1f5fd0;text-decoration:none;">%s</a></td></tr>`+"\n",
			n, html.EscapeString(link), html.EscapeString(c.Label))
	}
	b.WriteString("</table>\n")
}

// plainBody says the same without HTML: no marks, the address of every link, the quote
// by its usual sign.
func plainBody(out message.Outbound) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(unmarked(letter.Tidy(out.Text))) + "\n")
	for i, f := range out.Attachments {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("📎 " + letter.FileName(f.Name, f.MediaType, 1) + sizeOf(f.Size, " · ") + "\n")
	}
	if safeLink(out.Link) {
		b.WriteString("\n" + letter.OneLine(out.Link.Label) + ":\n" + out.Link.URL + "\n")
	}
	if lines := quoteLines(out); len(lines) > 0 {
		b.WriteString("\n> " + strings.Join(lines, "\n> ") + "\n")
	}
	return b.String()
}

func quoteLines(out message.Outbound) []string {
	if q := strings.TrimSpace(letter.Tidy(out.Quote)); q != "" {
		return strings.Split(q, "\n")
	}
	return nil
}

// unmarked takes the marks of bold and italic off.
func unmarked(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.ContainsAny(line, "*_") {
			lines[i] = plainInline(line)
		}
	}
	return strings.Join(slices.Clip(lines), "\n")
}
