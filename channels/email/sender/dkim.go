package sender

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"

	"recado/channels/email/letter"
)

const (
	mostSignatures = 5                   // that are verified in one mail
	oldest         = 30 * 24 * time.Hour // after which a signature is a replay, not a delivery
)

// dkim says pass, fail or temperror of the signatures that are aligned (RFC 6376). The
// library refuses a signature of part of the body (l=), RSA keys below 1024 bits,
// SHA-1, and one that leaves From out.
func (c Checker) dkim(ctx context.Context, raw []byte, from letter.Address, policy dmarc.Record) string {
	fields, body := splitHead(raw)
	says, tried := "fail", 0
	for i, field := range fields {
		signer := domainOf(letter.Lower(strings.Join(strings.Fields(tag(valueOf(field), "d")), "")))
		if nameOf(field) != "dkim-signature" || !aligned(policy.DKIMAlignment, signer, from.Domain) {
			continue
		}
		if tried++; tried > mostSignatures {
			break
		}
		switch err := c.verify(ctx, fields, i, body); {
		case err == nil:
			return "pass"
		case dkim.IsTempFail(err):
			says = "temperror"
		}
	}
	return says
}

// verify checks one signature by itself: the library would check several in
// goroutines of its own, where a panic could not be caught.
func (c Checker) verify(ctx context.Context, fields [][]byte, i int, body []byte) error {
	alone := [][]byte{fields[i]}
	for _, f := range fields {
		if nameOf(f) != "dkim-signature" {
			alone = append(alone, f)
		}
	}
	mail := io.MultiReader(bytes.NewReader(bytes.Join(alone, nil)), strings.NewReader("\r\n"), bytes.NewReader(body))
	all, err := dkim.VerifyWithOptions(mail, &dkim.VerifyOptions{
		MaxVerifications: 1,
		LookupTXT: func(name string) ([]string, error) {
			return rooted{c.Resolver}.LookupTXT(ctx, name)
		},
	})
	switch {
	case err != nil:
		return err //nolint:wrapcheck // judged by the library's own functions
	case len(all) != 1:
		return errUnusable
	case all[0].Err != nil:
		return all[0].Err
	case c.stale(all[0]) || !covers(all[0].HeaderKeys, fields):
		return errUnusable
	}
	return nil
}

var errUnusable = errors.New("the signature does not vouch for this mail now")

func (c Checker) stale(v *dkim.Verification) bool {
	now := c.Clock()
	return !v.Expiration.IsZero() && now.After(v.Expiration) || !v.Time.IsZero() && now.Sub(v.Time) > oldest
}

// covers reports whether nothing that the desk reads could have been put beside what was
// signed (RFC 6376 section 8.15): the subject is signed, and what may stand in a mail
// once does, unless each time is signed.
func covers(signed []string, fields [][]byte) bool {
	times := func(name string) (n int) {
		for _, s := range signed {
			if strings.EqualFold(s, name) {
				n++
			}
		}
		return n
	}
	count := map[string]int{}
	for _, f := range fields {
		count[nameOf(f)]++
	}
	for _, name := range []string{
		"from", "subject", "date", "to", "cc", "reply-to", "message-id", "in-reply-to", "references",
		"mime-version", "content-type", "content-transfer-encoding",
	} {
		if count[name] > 1 && times(name) < count[name] {
			return false
		}
	}
	return count["subject"] == 0 || slices.ContainsFunc(signed, func(s string) bool { return strings.EqualFold(s, "subject") })
}

// splitHead divides a mail into its fields, each with its line ends, and its body.
func splitHead(raw []byte) (fields [][]byte, body []byte) {
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, '\n') + 1
		if end == 0 {
			end = len(raw)
		}
		line := raw[:end]
		raw = raw[end:]
		switch {
		case len(bytes.TrimRight(line, "\r\n")) == 0:
			return fields, raw
		case (line[0] == ' ' || line[0] == '\t') && len(fields) > 0:
			last := len(fields) - 1
			fields[last] = slices.Concat(fields[last], line)
		default:
			fields = append(fields, line)
		}
	}
	return fields, nil
}

func nameOf(field []byte) string {
	name, _, _ := bytes.Cut(field, []byte(":"))
	return letter.Lower(string(bytes.TrimSpace(name)))
}

func valueOf(field []byte) string {
	_, value, _ := bytes.Cut(field, []byte(":"))
	return string(value)
}
