package email

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"recado/channels/email/letter"
	"recado/channels/email/machine"
	"recado/core/message"
)

// The development sets lie beside the repository and are not shipped. The floor is
// two points below what was measured when the rules last changed.
const bounceFloor = 94

func rows[T any](t *testing.T, name string) (out []T) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", name))
	if err != nil {
		t.Skipf("without the development set: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

func TestScoreMachineMail(t *testing.T) {
	type row struct{ File, Label string }
	d := testDesk(t)
	right, total := map[string]int{}, map[string]int{}
	people := 0
	for _, r := range rows[row](t, filepath.Join("machine-mail", "labels.jsonl")) {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "machine-mail", r.File))
		if err != nil {
			t.Fatal(err)
		}
		l := letter.Open(raw)
		auto := machine.Kind(&l, letter.Envelope{}, d.home)
		total[r.Label]++
		want := map[string]message.Auto{"bounce": message.BounceDSN, "auto_reply": message.AutoReply, "feedback_report": message.Complaint, "human": message.NotAuto}[r.Label]
		if auto == want || r.Label == "human" && auto == message.ListMail {
			right[r.Label]++
			if auto == message.BounceDSN {
				if b := machine.ReadBounce(&l); b.Recipient == (letter.Address{}) {
					right["(bounce without recipient)"]++
				}
			}
			continue
		}
		if r.Label == "human" {
			people++
		}
		t.Logf("%s: want %q, got %q; from %q subject %q", r.File, want, auto, l.Header.First("from"), l.Header.Subject())
	}
	t.Logf("right %v of %v", right, total)
	if people > 0 {
		t.Errorf("%d mails of people are called machine mail", people)
	}
	if share := 100 * right["bounce"] / total["bounce"]; share < bounceFloor {
		t.Errorf("bounces known: %d %%, the floor is %d %%", share, bounceFloor)
	}
}
