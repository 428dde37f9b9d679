package article_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/core/article"
)

func good() article.Article {
	return article.Article{
		ID: "emitir-boleto", Title: "Como emitir a segunda via do boleto", Body: "Abra o menu Financeiro.",
		URL: "https://ajuda.example/boleto", Language: "pt-BR", Phrasings: []string{"segunda via"},
		Public: true, UpdatedAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func TestArticleCheck(t *testing.T) {
	t.Parallel()
	type problem = article.Problem
	for name, tc := range map[string]struct {
		change func(*article.Article)
		want   article.Problems
	}{
		"as it should be":           {func(*article.Article) {}, nil},
		"uuid as id":                {func(a *article.Article) { a.ID = "01939c5e-7b1c-7cc0-8000-3f1e6a9d2b11" }, nil},
		"imported slug with colon":  {func(a *article.Article) { a.ID = "tais:captacao_como" }, nil},
		"only what is required":     {func(a *article.Article) { a.URL, a.Language, a.Phrasings = "", "", nil }, nil},
		"title of exactly the most": {func(a *article.Article) { a.Title = strings.Repeat("ã", article.MaxTitle) }, nil},
		"no id":                     {func(a *article.Article) { a.ID = "" }, article.Problems{{Field: article.FieldID, Fault: article.Empty}}},
		"id with a space":           {func(a *article.Article) { a.ID = "emitir boleto" }, article.Problems{{Field: article.FieldID, Fault: article.BadID}}},
		"id with a slash":           {func(a *article.Article) { a.ID = "../boleto" }, article.Problems{{Field: article.FieldID, Fault: article.BadID}}},
		"title of blanks":           {func(a *article.Article) { a.Title = " \t" }, article.Problems{{Field: article.FieldTitle, Fault: article.Empty}}},
		"title too long":            {func(a *article.Article) { a.Title = strings.Repeat("ã", article.MaxTitle+1) }, article.Problems{{Field: article.FieldTitle, Fault: article.TooLong, Limit: article.MaxTitle}}},
		"no body":                   {func(a *article.Article) { a.Body = "" }, article.Problems{{Field: article.FieldBody, Fault: article.Empty}}},
		"address without a scheme":  {func(a *article.Article) { a.URL = "ajuda.example/boleto" }, article.Problems{{Field: article.FieldURL, Fault: article.BadURL}}},
		"address that runs":         {func(a *article.Article) { a.URL = "javascript:alert(1)" }, article.Problems{{Field: article.FieldURL, Fault: article.BadURL}}},
		"language we do not speak":  {func(a *article.Article) { a.Language = "fr" }, article.Problems{{Field: article.FieldLanguage, Fault: article.BadChoice}}},
		"a blank phrasing":          {func(a *article.Article) { a.Phrasings = []string{"a", " ", ""} }, article.Problems{{Field: article.FieldPhrasings, Fault: article.Empty}}},
		"too many phrasings":        {func(a *article.Article) { a.Phrasings = slices.Repeat([]string{"a"}, article.MaxPhrasings+1) }, article.Problems{{Field: article.FieldPhrasings, Fault: article.TooMany, Limit: article.MaxPhrasings}}},
		"no date":                   {func(a *article.Article) { a.UpdatedAt = time.Time{} }, article.Problems{{Field: article.FieldUpdatedAt, Fault: article.Empty}}},
		"all at once": {func(a *article.Article) { a.ID, a.Title, a.Language = "", "", "xx" }, article.Problems{
			problem{Field: article.FieldID, Fault: article.Empty}, problem{Field: article.FieldTitle, Fault: article.Empty},
			problem{Field: article.FieldLanguage, Fault: article.BadChoice},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := good()
			tc.change(&a)
			same(t, a.Check(), tc.want)
		})
	}
}

func TestFeedbackCheck(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		feedback article.Feedback
		want     article.Problems
	}{
		"it helped":        {article.Feedback{ArticleID: "a", PersonID: "p", Helpful: true, At: at}, nil},
		"what was missing": {article.Feedback{ArticleID: "a", PersonID: "p", Missing: "o passo 3", At: at}, nil},
		"empty": {article.Feedback{}, article.Problems{
			{Field: article.FieldArticle, Fault: article.Empty}, {Field: article.FieldPerson, Fault: article.Empty},
			{Field: article.FieldAt, Fault: article.Empty},
		}},
		"a whole book": {article.Feedback{ArticleID: "a", PersonID: "p", At: at, Missing: strings.Repeat("x", article.MaxMissing+1)},
			article.Problems{{Field: article.FieldMissing, Fault: article.TooLong, Limit: article.MaxMissing}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, tc.feedback.Check(), tc.want)
		})
	}
}

func same(t *testing.T, err error, want article.Problems) {
	t.Helper()
	var got article.Problems
	if err != nil && !errors.As(err, &got) {
		t.Fatalf("not Problems: %v", err)
	}
	if (err == nil) != (want == nil) || !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestProblemsAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	ps := article.Problems{
		{Field: article.FieldTitle, Fault: article.Empty},
		{Field: article.FieldPhrasings, Fault: article.TooLong, Limit: 500},
	}
	for language, want := range map[string]string{
		"pt-BR": "Falta preencher: título. Encurte um pouco, o limite é de 500 letras: frases dos clientes.",
		"en":    "Please fill in: title. Please shorten it, the limit is 500 characters: customers' phrasings.",
		"es":    "Falta completar: título. Acórtalo un poco, el límite es de 500 letras: frases de los clientes.",
		"fr":    "Falta preencher: título. Encurte um pouco, o limite é de 500 letras: frases dos clientes.",
	} {
		if got := ps.Text(language); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

// Every field and fault has words in every language: a missing one would leave a
// hole in a sentence.
func TestEveryProblemHasWords(t *testing.T) {
	t.Parallel()
	fields := []article.Field{
		article.FieldID, article.FieldTitle, article.FieldBody, article.FieldURL, article.FieldLanguage, article.FieldPhrasings,
		article.FieldUpdatedAt, article.FieldArticle, article.FieldPerson, article.FieldMissing, article.FieldAt,
	}
	faults := []article.Fault{article.Empty, article.TooLong, article.TooMany, article.BadID, article.BadURL, article.BadChoice}
	for _, language := range []string{"pt-BR", "en", "es"} {
		for _, fault := range faults {
			told := map[string]bool{}
			for _, field := range fields {
				text := article.Problem{Field: field, Fault: fault, Limit: 7}.Text(language)
				if text == "" || strings.ContainsAny(text, "{}") || told[text] {
					t.Errorf("%s %s %s: %q", language, field, fault, text)
				}
				told[text] = true
			}
		}
	}
}
