package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// triageScores is how well texts were told apart.
type triageScores struct {
	Rows      int          `json:"rows"` // in scope
	Accuracy  float64      `json:"accuracy"`
	Threshold float64      `json:"threshold"` // from which an answer is believed; under it, people are asked
	Coverage  float64      `json:"coverage"`  // of the rows in scope, believed
	Believed  float64      `json:"believed"`  // of those, right
	Outside   int          `json:"outside"`   // rows out of scope
	Mistaken  float64      `json:"mistaken"`  // of those, believed all the same
	AUROC     float64      `json:"auroc"`     // of in scope against out of scope, 0.5 to 1
	Pairs     []confusion  `json:"pairs"`     // most often confused first
	Bins      []calibrated `json:"bins"`
	Missed    []miss       `json:"misses,omitempty"`
}

// confusion is how often one label was taken for another.
type confusion struct {
	Label string `json:"label"`
	Taken string `json:"taken"`
	Times int    `json:"times"`
}

// calibrated compares what was promised with what was kept, for one tenth of confidence.
type calibrated struct {
	From  float64 `json:"from"`
	Rows  int     `json:"rows"`
	Sure  float64 `json:"sure"`  // on the mean
	Right float64 `json:"right"` // out of scope counts as wrong
}

// share is part of all, 0 when there is nothing.
func shareOf(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

func newTriageScores(answers []triageAnswer) *triageScores {
	s := &triageScores{Threshold: sureFrom, AUROC: auroc(answers)}
	var right, believed, kept, mistaken int
	pairs := map[confusion]int{}
	for _, a := range answers {
		sure := a.got.sure >= sureFrom
		switch {
		case a.row.outside():
			s.Outside++
			mistaken += bit(sure)
			continue
		case !a.right():
			pairs[confusion{Label: a.row.Label, Taken: a.got.label}]++
			why := fmt.Sprintf("%q is %s, taken for %s (%.2f)", a.row.Text, a.row.Label, cmp.Or(a.got.label, "nothing"), a.got.sure)
			s.Missed = append(s.Missed, miss{a.row.ID, why})
		}
		s.Rows++
		right += bit(a.right())
		believed += bit(sure)
		kept += bit(sure && a.right())
	}
	s.Accuracy, s.Coverage, s.Believed = shareOf(right, s.Rows), shareOf(believed, s.Rows), shareOf(kept, believed)
	s.Mistaken = shareOf(mistaken, s.Outside)
	for p, times := range pairs {
		p.Times = times
		s.Pairs = append(s.Pairs, p)
	}
	slices.SortFunc(s.Pairs, func(a, b confusion) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Taken, b.Taken))
	})
	const worst = 15
	s.Pairs = s.Pairs[:min(len(s.Pairs), worst)]
	s.Bins = calibration(answers)
	return s
}

func bit(is bool) int {
	if is {
		return 1
	}
	return 0
}

// calibration puts the answers into tenths of confidence.
func calibration(answers []triageAnswer) []calibrated {
	const bins = 10
	byBin := map[int]*calibrated{}
	for _, a := range answers {
		n := min(int(a.got.sure*bins), bins-1)
		b := byBin[n]
		if b == nil {
			b = &calibrated{From: float64(n) / bins}
			byBin[n] = b
		}
		b.Rows++
		b.Sure += a.got.sure
		b.Right += float64(bit(a.right()))
	}
	var out []calibrated
	for _, n := range slices.Sorted(maps.Keys(byBin)) {
		b := *byBin[n]
		b.Sure, b.Right = b.Sure/float64(b.Rows), b.Right/float64(b.Rows)
		out = append(out, b)
	}
	return out
}

// auroc is the chance that a text in scope scores higher than one out of scope; 0
// without any of either.
func auroc(answers []triageAnswer) float64 {
	var in, out []float64
	for _, a := range answers {
		if a.row.outside() {
			out = append(out, a.got.score)
		} else {
			in = append(in, a.got.score)
		}
	}
	slices.Sort(in)
	sum := 0.0
	for _, score := range out {
		below, _ := slices.BinarySearch(in, score)
		same := below
		for same < len(in) && in[same] == score {
			same++
		}
		sum += float64(len(in)-same) + float64(same-below)/2
	}
	if len(in)*len(out) == 0 {
		return 0
	}
	return sum / float64(len(in)) / float64(len(out))
}

func (s *triageScores) print(w io.Writer, in evalInput) error {
	if !in.Verbose {
		s.Missed = nil
	}
	if in.JSON {
		return json.NewEncoder(w).Encode(s)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "rows\t%d\naccuracy\t%.3f\n", s.Rows, s.Accuracy)
	_, _ = fmt.Fprintf(t, "believed from %.2f\t%.3f, of which right %.3f\n", s.Threshold, s.Coverage, s.Believed)
	if s.Outside > 0 {
		_, _ = fmt.Fprintf(t, "out of scope\t%d, believed all the same %.3f\nAUROC\t%.3f\n", s.Outside, s.Mistaken, s.AUROC)
	}
	_, _ = fmt.Fprintf(t, "\nsure\trows\tmean\tright\n")
	for _, b := range s.Bins {
		_, _ = fmt.Fprintf(t, "from %.1f\t%d\t%.2f\t%.2f\n", b.From, b.Rows, b.Sure, b.Right)
	}
	_, _ = fmt.Fprintf(t, "\nmost often confused\ttaken for\ttimes\n")
	for _, p := range s.Pairs {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\n", p.Label, cmp.Or(p.Taken, "-"), p.Times)
	}
	for i, m := range s.Missed {
		if i == 0 {
			_, _ = fmt.Fprintln(t)
		}
		_, _ = fmt.Fprintf(t, "%s: %s\n", m.Row, m.Why)
	}
	return t.Flush()
}
