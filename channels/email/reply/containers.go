package reply

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// The containers into which mail programs put what is not their writer's, found in
// mails that they sent. Outlook puts "x_" before the names of others when it answers.

// quoteClasses mark a quote, or the line that introduces one.
var quoteClasses = []string{
	"gmail_attr", "moz-cite-prefix", "moz-forward-container", "moz-email-headers-table", // Gmail, Thunderbird
	"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "zmail_extra_hr", // Yahoo, Proton, Tuta, Zoho
	"ms-outlook-mobile-reference-message", "OutlookMessageHeader", "hmmessage_quote", // Outlook
	"airmail_on", "clean_bq", "missive_quote", "front-blockquote", "freshdesk_quote", "hs_reply", "sh-quoted-content", "intercom-quote", "zd-quote",
	"mail-quote-collapse", "mailru-blockquote", "reply-intro", // Mail.ru
}

// quoteNames are values of the attribute "name": GMX and Web.de, Spark.
var quoteNames = []string{"quote", "messageReplySection"}

// restIDs and restClasses are put by Outlook, Apple Mail and others on the element where
// the earlier mail begins: it lasts to the end.
var (
	restIDs = []string{
		"divRplyFwdMsg", "appendonsend", "stopSpelling", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "isForwardContent",
		"isReplyContent", "reply-intro", "ms-outlook-mobile-body-separator-line",
	}
	// outlookRule is the line that desktop Outlook draws above the head of the earlier mail.
	outlookRule = regexp.MustCompile(`(?i)border:\s*none;\s*border-top:\s*solid\s+(?:#E1E1E1|#B5C4DF|#CCCCCC|windowtext)\s+1\.0pt` +
		`|border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)\s+1\.0pt`)
)

// signature containers of Gmail, Thunderbird, Proton, Outlook for phones, Apple Mail, Spark.
var (
	signatureClasses = []string{"gmail_signature", "moz-signature", "protonmail_signature_block", "tutanota_signature", "front-signature"}
	signatureIDs     = []string{"Signature", "ms-outlook-mobile-signature", "AppleMailSignature", "zmail_signature", "yahoo_signature", "composer_signature"}
	signatureNames   = []string{"messageSignatureSection"}
)

func isQuote(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	classes := classesOf(n)
	switch {
	case n.Data == "blockquote" && (strings.EqualFold(attr(n, "type"), "cite") || attr(n, "cite") != "" || slices.Contains(classes, "gmail_quote")):
		return true
	case slices.Contains(classes, "gmail_quote"):
		return passesOn(n) // else answers may stand in it, between blockquotes
	case slices.Contains(quoteNames, attr(n, "name")):
		return true
	}
	return slices.ContainsFunc(classes, func(c string) bool { return slices.Contains(quoteClasses, c) })
}

// passesOn reports a mail that Gmail forwards: it puts no blockquote around it.
func passesOn(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(classesOf(d), "gmail_attr") {
			kind, _ := separatorAt(visible(firstWords(d)))
			return kind == forwarded
		}
	}
	return false
}

func firstWords(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" {
			return d.Data
		}
	}
	return ""
}

func startsRest(n *html.Node) bool {
	return n.Type == html.ElementNode && (slices.Contains(restIDs, strings.TrimPrefix(attr(n, "id"), "x_")) || outlookRule.MatchString(attr(n, "style")))
}

func isSignature(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	return slices.Contains(signatureIDs, strings.TrimPrefix(attr(n, "id"), "x_")) || slices.Contains(signatureNames, attr(n, "name")) ||
		slices.ContainsFunc(classesOf(n), func(c string) bool { return slices.Contains(signatureClasses, c) })
}

func classesOf(n *html.Node) []string {
	classes := strings.Fields(attr(n, "class"))
	for i, c := range classes {
		classes[i] = strings.TrimPrefix(c, "x_")
	}
	return classes
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
