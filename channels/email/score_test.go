package email

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/channels/email/letter"
	"recado/channels/email/machine"
	"recado/channels/email/reply"
	"recado/core/message"
)

// The development sets lie beside the repository and are not shipped. Each floor
// is two points below what was measured when the rules last changed.
const (
	replyFloor  = 89
	bounceFloor = 94
)

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

func TestScoreReplies(t *testing.T) {
	type row struct {
		ID, Lang, Policy, Text string
		Raw                    string `json:"raw_email"`
		Want                   string `json:"expected_reply"`
	}
	all := rows[row](t, "replies.jsonl")
	exact, lost, leaked := 0, 0, 0
	for _, r := range all {
		text := r.Text
		if r.Raw != "" {
			segments := letter.Open([]byte(r.Raw)).Segments
			if len(segments) > 0 && segments[0].Plain != "" {
				text = segments[0].Plain
			}
		}
		got := reply.Read(text)
		own := got.Own
		if strings.Contains(r.Policy, "keep signature") {
			own = strings.TrimSpace(own + "\n" + got.Signature)
		}
		if strings.Join(strings.Fields(own), " ") == strings.Join(strings.Fields(r.Want), " ") {
			exact++
			continue
		}
		missing := without(r.Want, own)
		extra := without(own, r.Want)
		if missing != "" {
			lost++
		}
		if extra != "" {
			leaked++
		}
		t.Logf("%s (%s, %s): lost %q, more %q", r.ID, r.Lang, r.Policy, missing, letter.Cut(extra, 150))
	}
	share := 100 * exact / len(all)
	t.Logf("exact %d of %d (%d %%), own words lost in %d, more than wanted in %d", exact, len(all), share, lost, leaked)
	if share < replyFloor {
		t.Errorf("exact in %d %%, the floor is %d %%", share, replyFloor)
	}
}

// without returns the lines of a that are not in b.
func without(a, b string) string {
	have := map[string]bool{}
	for line := range strings.Lines(b) {
		have[strings.TrimSpace(line)] = true
	}
	var out []string
	for line := range strings.Lines(a) {
		if line = strings.TrimSpace(line); line != "" && !have[line] {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
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
