package survey_test

import (
	"testing"

	"recado/core/survey"
)

func TestParse(t *testing.T) {
	t.Parallel()
	type stars struct {
		first, second int
	}
	for text, want := range map[string]stars{
		"5":               {5, 0},
		" 3 \n":           {3, 0},
		"5!":              {5, 0},
		"4.":              {4, 0},
		"4/5":             {4, 0},
		"4 / 5":           {4, 0},
		"4 de 5":          {4, 0},
		"4 out of 5":      {4, 0},
		"5/5":             {5, 0},
		"nota 5":          {5, 0},
		"Nota: 2":         {2, 0},
		"estrelas: 3":     {3, 0},
		"rating 3":        {3, 0},
		"5 estrelas":      {5, 0},
		"1 estrela":       {1, 0},
		"2 stars":         {2, 0},
		"4 estrellas.":    {4, 0},
		"5⭐":              {5, 0},
		"5️⃣":             {5, 0},
		"5 4":             {5, 4},
		"5 e 4":           {5, 4},
		"5 and 4":         {5, 4},
		"5 y 4":           {5, 4},
		"5, 4":            {5, 4},
		"5;4":             {5, 4},
		"5\n4":            {5, 4},
		"⭐":               {1, 0},
		"⭐⭐⭐":             {3, 0},
		"⭐️⭐️⭐️⭐️":        {4, 0},
		"★ ★":             {2, 0},
		"🌟🌟🌟🌟🌟":           {5, 0},
		"cinco":           {5, 0},
		"Cinco estrelas!": {5, 0},
		"TRÊS":            {3, 0},
		"uma estrela":     {1, 0},
		"one star":        {1, 0},
		"four":            {4, 0},
		"dos estrellas":   {2, 0},
		"cuatro":          {4, 0},

		"dou 5": {5, 0}, "acho que 4": {4, 0}, "I think a 3": {3, 0}, "creo que un 4": {4, 0}, "5, obrigada!": {5, 0}, "five stars, thank you!": {5, 0}, "⭐⭐⭐⭐ gracias": {4, 0}, "Dou nota 4": {4, 0}, "um 3": {3, 0}, "I'd give it a 4": {4, 0}, "I give five stars!": {5, 0}, "a 2": {2, 0}, "le doy un 4": {4, 0}, "un cinco": {5, 0},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			first, second, ok := survey.Parse(text)
			if got := (stars{first, second}); !ok || got != want {
				t.Errorf("got %v %t, want %v", got, ok, want)
			}
		})
	}
}

// What is not an answer and nothing else is a request, and must not be swallowed.
func TestParseLeavesRequestsAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "0", "6", "10", "4,5", "54", "2026", "2026-000001", "-", "5 muito bom", "5 notas não autorizam", "nota", "nota fiscal",
		"nota fiscal 5", "nota 10", "5/4", "1 a 5", "5 4 3", "⭐⭐⭐⭐⭐⭐", "⭐ não abre", "estrela", "cinco estrelas, mas o erro continua",
		"cinco estrelas não abre", "dois erros", "dou", "a", "um erro", "acho que 4 notas", "acho que não", "obrigado", "obrigado 5", "5 obrigado pela nota", "a 10", "I give up", "dou 5 minutos", "un error", "le doy un 4 por ciento", "one star hotel", "cinco.5", "ok", "👍", "não", "uma nota não autoriza",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if first, second, ok := survey.Parse(text); ok {
				t.Errorf("taken as %d, %d", first, second)
			}
		})
	}
}

// FuzzParse: what is taken is 1 to 5, and words added to it make it a request.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"5", "4/5", "5 e 4", "⭐⭐", "cinco estrelas", "nota: 3", "10", "5️⃣", "2026"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, second, ok := survey.Parse(text)
		if !ok {
			if first != 0 || second != 0 {
				t.Errorf("%q is no answer, but gave %d, %d", text, first, second)
			}
			return
		}
		if first < 1 || first > 5 || second < 0 || second > 5 {
			t.Errorf("%q gave %d, %d", text, first, second)
		}
		if _, _, ok := survey.Parse(text + " e o sistema não abre"); ok {
			t.Errorf("a request after %q was swallowed", text)
		}
	})
}
