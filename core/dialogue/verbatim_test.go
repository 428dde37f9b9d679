package dialogue

import (
	"slices"
	"testing"

	"recado/core/message"
	"recado/core/notice"
)

func TestVerbatim(t *testing.T) {
	data := notice.Data{"Text": "use __init__", "Subject": "*urgente*", "Name": "Ana", "Number": "2026-000001"}
	choices := []message.Choice{{Label: "*2026-000001* Tela ~preta~"}, {Label: "2026-000001 · _oi_"}, {Label: "Sim"}}
	for name, c := range map[string]struct {
		say  Say
		want []string
	}{
		"people's words": {Say{Choices: choices, Verbatim: []string{"Tela ~preta~", "plain"}}, []string{"use __init__", "*urgente*", "Tela ~preta~", "2026-000001 · _oi_"}},
		"the team's":     {Say{Plain: true}, []string{"*urgente*"}},
		"by mail":        {Say{To: message.Address{Channel: message.Email}, Choices: choices}, nil},
	} {
		if c.say.To.IsZero() {
			c.say.To.Channel = message.WhatsApp
		}
		if got := verbatim(c.say, data); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
