package suite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/ticket"
)

// Case is Ana's ticket, as it stands.
func Case(wish dialogue.Wish) dialogue.Case {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	said := []dialogue.Line{
		{Side: ticket.Customer, At: at, Text: "O CT-e não autoriza desde ontem, rejeição 539. Meu CPF é 529.982.247-25."},
		{Side: ticket.Team, At: at.Add(time.Hour), Text: "Oi Ana, estou olhando."},
	}
	if wish == dialogue.WantSummary {
		said = append(said, dialogue.Line{Side: ticket.Team, Note: true, At: at.Add(2 * time.Hour), Text: "cliente antigo, contrato vence em maio"})
	}
	return dialogue.Case{
		Wish: wish, Number: "2026-000007", Subject: "CT-e não autoriza", Place: "Fiscal › CT-e", Status: "em andamento", Said: said,
		Solved: []dialogue.Solved{
			{Number: "2026-000003", Subject: "CT-e não autoriza, rejeição 539", Description: "o CT-e dá rejeição 539", Shared: true,
				Answer: "Oi Carlos, cancelamos o número repetido e o CT-e autorizou."},
			{Number: "2026-000004", Subject: "CT-e da Ipê não autoriza", Description: "CT-e não autoriza, rejeição 539",
				Answer: "A chave combinada com a Ipê é AZUL-77."},
			{Number: "2026-000005", Subject: "Diesel da frota", Description: "relatório de diesel não abre", Shared: true, Answer: "Atualizamos o relatório."},
		},
		Missing:      []dialogue.Detail{dialogue.Document},
		Organisation: directory.Organisation{ID: "aurora", Products: []string{"fiscal", "frota"}},
		Language:     "pt-BR", Reader: "pt-BR", Customer: "Ana", Agent: "Bia", Conversation: "slack/T1/U2",
	}
}

// testAdviser runs the contract of who helps the team. Who does not is left alone.
func testAdviser(t *testing.T, a dialogue.Assistant) {
	adviser, ok := a.(dialogue.Adviser)
	if !ok {
		t.Skip("it gives no advice")
	}
	for _, wish := range []dialogue.Wish{dialogue.WantDraft, dialogue.WantSummary, dialogue.WantAlike} {
		t.Run(string(wish), func(t *testing.T) {
			c := Case(wish)
			got, err := adviser.Advise(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			Sourced(t, got)
			if wish != dialogue.WantAlike && len(got.Claims) == 0 {
				t.Error("nothing is claimed")
			}
			if wish == dialogue.WantAlike && (len(got.Sources) == 0 || got.Sources[0].Key != "ticket 2026-000003" && got.Sources[0].Key != "ticket 2026-000004") {
				t.Errorf("the best of the similar tickets is not first: %+v", got.Sources)
			}
			if wish == dialogue.WantDraft {
				forCustomer(t, got)
			}
		})
	}
	t.Run("nothing was said", func(t *testing.T) {
		got, err := adviser.Advise(t.Context(), dialogue.Case{Wish: dialogue.WantDraft, Language: "en", Reader: "en"})
		if err != nil {
			t.Fatal(err)
		}
		Sourced(t, got)
	})
	t.Run("an ended context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := adviser.Advise(ctx, Case(dialogue.WantDraft)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// forCustomer checks what a draft may never hold: what the team says among itself, what
// is another organisation's, and an article that this customer may not read.
func forCustomer(t *testing.T, got dialogue.Advice) {
	t.Helper()
	var all strings.Builder
	for _, claim := range got.Claims {
		all.WriteString(claim.Text + "\n")
	}
	text := all.String()
	for _, secret := range []string{"AZUL-77", "contrato vence", "contingência", "Só para a equipe"} {
		if strings.Contains(text, secret) {
			t.Errorf("the draft gives away %q:\n%s", secret, text)
		}
	}
}

// Sourced checks that an advice names no source that it does not have.
func Sourced(t *testing.T, a dialogue.Advice) {
	t.Helper()
	if a.By == "" {
		t.Error("nobody signed it")
	}
	for _, claim := range a.Claims {
		if strings.TrimSpace(claim.Text) == "" || !utf8.ValidString(claim.Text) {
			t.Errorf("a claim without words: %+v", claim)
		}
		for _, key := range claim.Sources {
			if !slices.ContainsFunc(a.Sources, func(s dialogue.Source) bool { return s.Key == key }) {
				t.Errorf("%q rests on %q, which is none of %+v", claim.Text, key, a.Sources)
			}
		}
	}
	for _, d := range a.Ask {
		if !slices.Contains(dialogue.Details, d) {
			t.Errorf("%q is no detail", d)
		}
	}
}
