package dkim

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Fields are those that a signature covers, whether they are there or not (RFC 6376
// section 5.4.1): what people see, what answers follow, what says that it is automatic.
var Fields = []string{
	"From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "Auto-Submitted", "Precedence",
}

// For chooses the keys that sign for a From address in domain: their own domain's, or
// one's above it, which is aligned too (RFC 7489 section 3.1.1).
func For(keys []*Key, domain string) []*Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k *Key) bool {
		return domain != k.Domain && !strings.HasSuffix(domain, "."+k.Domain)
	})
}

// Sign returns the mail with a signature of each key on top.
func Sign(mail []byte, keys []*Key) ([]byte, error) {
	if len(keys) == 0 {
		return mail, nil
	}
	covered := oversigned(mail)
	var signed bytes.Buffer
	signed.Grow(len(mail) + 1024*len(keys))
	for _, k := range keys {
		field, err := k.sign(mail, covered)
		if err != nil {
			return nil, fmt.Errorf("dkim: sign by %s: %w", k.Name(), err)
		}
		signed.WriteString(field)
	}
	signed.Write(mail)
	return signed.Bytes(), nil
}

func (k *Key) sign(mail []byte, covered []string) (string, error) {
	s, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: k.Domain, Selector: k.Selector, Signer: k.private, HeaderKeys: covered,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return "", err
	}
	_, err = s.Write(mail)
	if closed := s.Close(); err == nil {
		err = closed // Close ends the signer's goroutine in any case
	}
	if err != nil {
		return "", err
	}
	return s.Signature(), nil
}

// oversigned lists each field once more than the mail has it: a signature over a field
// that is not there breaks when one is added.
func oversigned(mail []byte) []string {
	head, _, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	there := map[string]int{}
	for line := range bytes.Lines(head) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && line[0] != ' ' && line[0] != '\t' {
			there[strings.ToLower(string(name))]++
		}
	}
	var covered []string
	for _, name := range Fields {
		for range there[strings.ToLower(name)] + 1 {
			covered = append(covered, name)
		}
	}
	return covered
}
