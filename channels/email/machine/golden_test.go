package machine

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"recado/channels/email/letter"
	"recado/core/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The desk that the mails in testdata were written to.
var desk = letter.Home{Address: letter.Address{Local: "suporte", Domain: "desk.example"}, Separator: "+"}

// understood is what is known of a mail.
type understood struct {
	Auto      message.Auto      `json:"auto"`
	Recipient string            `json:"recipient,omitempty"`
	Form      map[string]string `json:"form,omitempty"`
	MessageID string            `json:"messageId,omitempty"`
	AnswerTo  string            `json:"answerTo,omitempty"`
	Final     bool              `json:"final,omitempty"`
}

func understand(raw []byte) understood {
	l := letter.Open(raw)
	u := understood{Auto: Kind(&l, letter.Envelope{}, desk)}
	var r Report
	switch u.Auto {
	case message.BounceDSN:
		r = ReadBounce(&l)
		u.Final = r.Final()
	case message.Complaint:
		r = ReadComplaint(&l)
	case message.Receipt:
		return understood{Auto: u.Auto, MessageID: ReadReceipt(&l)}
	default:
		return u
	}
	u.Recipient, u.Form, u.MessageID, u.AnswerTo = r.Recipient.String(), r.Form(), r.MessageID, r.AnswerTo.String()
	if len(u.Form) == 0 {
		u.Form = nil // as JSON has it
	}
	return u
}

// Each testdata/X.eml, one of each family, is understood as golden.json says; what
// begins with "person" was written by one.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails to read: %v", err)
	}
	got := map[string]understood{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		got[name] = understand(raw)
		if strings.HasPrefix(name, "person-") && got[name].Auto != message.NotAuto {
			t.Errorf("%s: a person is called %q", name, got[name].Auto)
		}
	}
	golden := filepath.Join("testdata", "golden.json")
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]understood
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(got) {
		t.Errorf("%d mails, %d in golden.json", len(got), len(want))
	}
	for name, g := range got {
		if !reflect.DeepEqual(g, want[name]) {
			t.Errorf("%s is\n%+v\nwant\n%+v", name, g, want[name])
		}
	}
}
