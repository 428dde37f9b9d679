package assist_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"recado/assist"
	"recado/core/dialogue"
)

// TestReadDevelopmentSets measures language and intent on real questions, which lie
// beside the project and never in it. All of them are matters, but for the
// courtesies of one set, which it labels as such.
func TestReadDevelopmentSets(t *testing.T) {
	t.Parallel()
	courtesies := map[string]bool{
		"out_of_scope": true, "despedir": true, "cumprimentar": true, "elogios": true, "afirmar": true, "negar": true,
		"negar_despedir": true, "diga_mais": true, "o_que_sei_falar": true, "tudo_bem": true, "erro_resposta_utter": true, "agradecimento": true,
	}
	for name, most := range map[string]struct {
		every         int     // one row in so many is read
		wrong, unsure float64 // most shares of the language told wrong, and not told
		missed        float64 // most share of matters taken for something else
	}{
		"triage_tais_ptbr": {1, .03, .18, .015},
		"triage_banking77": {20, .002, .005, .001},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := readSet(t, "../../shared/data/"+name+".jsonl")
			a := assist.NewBuiltin(nil, 0)
			var n, wrong, unsure, matters, missed float64
			for i := 0; i < len(rows); i += most.every {
				b := brief(rows[i].Text)
				r, err := a.Read(t.Context(), b)
				if err != nil {
					t.Fatal(err)
				}
				n++
				switch r.Language {
				case rows[i].Lang:
				case "":
					unsure++
				default:
					wrong++
				}
				if !courtesies[rows[i].Label] {
					matters++
					if r.Intent != dialogue.Matter {
						missed++
						t.Logf("%q is %q", rows[i].Text, r.Intent)
					}
				}
			}
			t.Logf("%.0f rows: language wrong %.4f, not told %.4f; matters missed %.4f", n, wrong/n, unsure/n, missed/matters)
			if wrong/n > most.wrong || unsure/n > most.unsure || missed/matters > most.missed {
				t.Errorf("worse than %+v", most)
			}
		})
	}
}

type row struct{ Text, Label, Lang string }

func readSet(t *testing.T, path string) []row {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the development set is not here (%s): nothing to measure on", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []row
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}
