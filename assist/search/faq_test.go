package search_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
	"testing"

	"recado/assist/search"
	"recado/core/article"
)

// faqPath is the development set, beside the project and never in it. Its README
// says where it comes from.
const faqPath = "../../../shared/data/faq_tais_ptbr.jsonl"

// faq is the set in our terms: articles without phrasings, the questions that
// lead to them, and questions that must lead nowhere.
type faq struct {
	articles []article.Article
	asked    []faqQuestion
	nowhere  []faqQuestion
}

type faqQuestion struct{ id, text, article string }

func loadFAQ(t *testing.T) faq {
	t.Helper()
	f, err := os.Open(faqPath)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the development set is not here (%s): nothing to measure on", faqPath)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var set faq
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct {
			Type, ID, Title, Body, Text string
			Relevant                    []string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		switch {
		case row.Type == "doc":
			set.articles = append(set.articles, article.Article{ID: row.ID, Title: row.Title, Body: row.Body})
		case len(row.Relevant) == 0:
			set.nowhere = append(set.nowhere, faqQuestion{row.ID, row.Text, ""})
		default:
			set.asked = append(set.asked, faqQuestion{row.ID, row.Text, row.Relevant[0]})
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return set
}

const folds = 5

// fold puts a question in one of the folds, by its id: the same on every machine.
func (q faqQuestion) fold() int {
	h := fnv.New32a()
	h.Write([]byte(q.id))
	return int(h.Sum32() % folds)
}

// index holds the articles, with the questions that keep accepts as phrasings.
func (set faq) index(keep func(faqQuestion) bool) *search.Index {
	known := map[string][]string{}
	for _, q := range set.asked {
		if keep(q) {
			known[q.article] = append(known[q.article], q.text)
		}
	}
	ix := search.New()
	for _, a := range set.articles {
		a.Phrasings = known[a.ID]
		ix.Put(a)
	}
	return ix
}

// answer is what came first for a question, and whether it was right.
type answer struct {
	score float64
	right bool
}

func ask(ix *search.Index, q faqQuestion) answer {
	found := ix.Search(q.text, nil, 1)
	if len(found) == 0 {
		return answer{}
	}
	return answer{found[0].Score, found[0].Article.ID == q.article}
}

func share(list []answer, is func(answer) bool) float64 {
	n := 0
	for _, a := range list {
		if is(a) {
			n++
		}
	}
	return float64(n) / float64(len(list))
}

// result is what a desk would have seen.
type result struct {
	first float64 // the right article came first (R@1)
	shown float64 // something was shown
	right float64 // and it was right
	wrong float64 // of the questions that lead nowhere: something was shown
}

func measure(t *testing.T, asked, nowhere []answer) result {
	t.Helper()
	shown := func(a answer) bool { return a.score >= search.DefaultThreshold }
	r := result{
		first: share(asked, func(a answer) bool { return a.right }),
		shown: share(asked, shown),
		right: share(asked, func(a answer) bool { return shown(a) && a.right }),
		wrong: share(nowhere, shown),
	}
	t.Logf("R@1 %.3f of %d; shown %.3f, shown and right %.3f; false suggestions %.3f of %d",
		r.first, len(asked), r.shown, r.right, r.wrong, len(nowhere))
	for tenth := range 10 {
		in := func(a answer) bool { return int(min(a.score, .999)*10) == tenth }
		n := share(asked, in) * float64(len(asked))
		right := share(asked, func(a answer) bool { return in(a) && a.right }) * float64(len(asked))
		t.Logf("score from .%d: %4.0f questions, %.2f right; %.3f of those that lead nowhere", tenth, n, right/max(n, 1), share(nowhere, in))
	}
	return r
}

// TestFAQ measures on real Portuguese questions, five-fold: a question is never
// among the phrasings of the index that it is asked of. The marks leave two points
// for chance under what was reached; issue 6 wants R@1 .78 and at most .10 wrong.
func TestFAQ(t *testing.T) {
	t.Parallel()
	set := loadFAQ(t)
	var asked, nowhere []answer
	for fold := range folds {
		ix := set.index(func(q faqQuestion) bool { return q.fold() != fold })
		for _, q := range set.asked {
			if q.fold() == fold {
				asked = append(asked, ask(ix, q))
			}
		}
		for _, q := range set.nowhere {
			nowhere = append(nowhere, ask(ix, q))
		}
	}
	if r := measure(t, asked, nowhere); r.first < .77 || r.right < .755 || r.wrong > .10 {
		t.Errorf("worse than it was: %+v", r)
	}
}

// TestFAQFirstDay is a desk on its first day: each article has a title (here one
// question of its own) and a body, and no phrasing is known yet.
func TestFAQFirstDay(t *testing.T) {
	t.Parallel()
	set := loadFAQ(t)
	titles := map[string]faqQuestion{}
	for _, q := range set.asked {
		if _, has := titles[q.article]; !has {
			titles[q.article] = q
		}
	}
	ix := search.New()
	for _, a := range set.articles {
		a.Title = titles[a.ID].text
		ix.Put(a)
	}
	var asked, nowhere []answer
	for _, q := range set.asked {
		if titles[q.article] != q {
			asked = append(asked, ask(ix, q))
		}
	}
	for _, q := range set.nowhere {
		nowhere = append(nowhere, ask(ix, q))
	}
	if r := measure(t, asked, nowhere); r.first < .53 || r.right < .43 || r.wrong > .05 {
		t.Errorf("worse than it was: %+v", r)
	}
}

// TestFAQUnwrittenArticles asks what the index holds nothing on, though it holds
// neighbouring matters: the hard kind of out of scope, and not solved.
func TestFAQUnwrittenArticles(t *testing.T) {
	t.Parallel()
	set := loadFAQ(t)
	ix := set.index(func(faqQuestion) bool { return true })
	var answers []answer
	for _, a := range set.articles {
		ix.Remove(a.ID)
		for _, q := range set.asked {
			if q.article == a.ID {
				answers = append(answers, ask(ix, q))
				a.Phrasings = append(a.Phrasings, q.text)
			}
		}
		ix.Put(a)
	}
	shown := share(answers, func(a answer) bool { return a.score >= search.DefaultThreshold })
	t.Logf("%.3f of %d questions whose article is missing get another one", shown, len(answers))
	if shown > .79 {
		t.Errorf("worse than it was: %.3f", shown)
	}
}
