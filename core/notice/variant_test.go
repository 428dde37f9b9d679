package notice

import (
	"fmt"
	"strings"
	"testing"
)

// Neighbours among tickets get other words, and one ticket always the same.
func TestVariant(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range map[string]string{
		"2026-000001": "notice.reminder.requester", "2026-000002": "notice.reminder.requester-2",
		"2026-000003": "notice.reminder.requester-3", "2026-000004": "notice.reminder.requester", "": "notice.reminder.requester",
	} {
		if got := c.Variant("notice.reminder.requester", number); got != want {
			t.Errorf("%q: %s, want %s", number, got, want)
		}
	}
	if got := c.Variant("hello", "2026-000002"); got != "hello" {
		t.Errorf("of one wording: %s", got)
	}
}

// All wordings of what nobody asked for say the same, in every language: the ticket, who
// is spoken to, and until when.
func TestVariantsSayTheSame(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	data := Data{"Name": "Ana", "Number": "2026-000001", "Subject": "CT-e", "Until": "sexta", "Last": "", "Chat": true}
	for _, key := range []string{"notice.reminder.requester", "notice.warning.requester", "notice.expired.requester"} {
		for _, lang := range Languages() {
			seen := map[string]bool{}
			for i := range 3 {
				text, err := c.Text(lang, c.Variant(key, fmt.Sprintf("2026-%06d", i+1)), data)
				if err != nil {
					t.Fatal(err)
				}
				seen[text] = true
				for _, must := range []string{"Ana", "*2026-000001*", "CT-e"} {
					if !strings.Contains(text, must) {
						t.Errorf("%s in %s lacks %s: %s", key, lang, must, text)
					}
				}
				if strings.Contains(key, "warning") && !strings.Contains(text, "sexta") {
					t.Errorf("%s in %s does not say until when: %s", key, lang, text)
				}
			}
			if len(seen) < 2 {
				t.Errorf("%s in %s has one wording only", key, lang)
			}
		}
	}
}
