package slack

import (
	"slices"
	"strings"
	"testing"

	"recado/channels/literal"
	"recado/core/message"
)

// Slack's text as docs.slack.dev describes it, and ours.
func TestPlainText(t *testing.T) {
	for slacks, want := range map[string]string{
		"oi":                                         "oi",
		"1 &lt; 2 &amp;&amp; 3 &gt; 2":               "1 < 2 && 3 > 2",
		"&amp;lt;":                                   "&lt;",
		"*b* _i_ ~r~ `c`":                            "*b* _i_ ~r~ `c`",
		"<https://a.example/x?a=1&amp;b=2>":          "https://a.example/x?a=1&b=2",
		"<https://a.example|a página>":               "a página (https://a.example)",
		"<http://a.example|a.example>":               "http://a.example",
		"<https://www.a.example/|a.example>":         "https://www.a.example/",
		"<mailto:ana@a.example|ana@a.example>":       "ana@a.example",
		"<tel:+5511|+55 11>":                         "+55 11",
		"<#C1|geral> e <#C2>":                        "#geral e #C2",
		"<@U1> e <@U9|nono>":                         "@Bia e @nono",
		"<!here> <!channel> <!everyone>":             "@here @channel @everyone",
		"<!subteam^S1|@suporte> <!subteam^S2>":       "@suporte @S2",
		"<!date^1392734382^{date}|hoje>":             "hoje",
		":wave::skin-tone-3: :parrot: :+1: 10:30:00": "👋🏼 :parrot: 👍 10:30:00",
		"&gt; citado\n• item":                        "> citado\n• item",
		"<> <|> <b> <@> <#> <!>":                     "<> <|> <b> @ # @",
		"a &lt;https://b&gt;":                        "a <https://b>",
	} {
		r := &reader{
			emoji: map[string]string{"wave::skin-tone-3": "👋🏼"},
			name:  func(user string) string { return map[string]string{"U1": "Bia"}[user] },
			about: func(user string) message.Address { return address("T1", user) },
		}
		if got := r.plain(slacks); got != want {
			t.Errorf("%q became %q, want %q", slacks, got, want)
		}
	}
}

func TestMentionsAreNotedOnce(t *testing.T) {
	r := &reader{name: func(string) string { return "" }, about: func(user string) message.Address { return address("T1", user) }}
	r.plain("<@U1> <@U2> <@U1> <!here> <!subteam^S1>")
	if want := []message.Address{address("T1", "U1"), address("T1", "U2")}; !slices.Equal(r.mentions, want) {
		t.Errorf("got %v", r.mentions)
	}
}

// Ours as Slack's: whatever is said, nobody is called.
func TestMrkdwn(t *testing.T) {
	j := literal.Joiner
	for _, c := range []struct {
		text     string
		verbatim []string
		want     string
	}{
		{"*b* e _i_", nil, "*b* e _i_"},
		{"<!channel> & <@U1> <!here|oi>", nil, "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;!here|oi&gt;"},
		{"veja https://a.example/x?a=1&b=2.", nil, "veja <https://a.example/x?a=1&amp;b=2>."},
		{"(https://a.example/x)", nil, "(<https://a.example/x>)"},
		{"https://a.example|<!here>", nil, "<https://a.example>|&lt;!here&gt;"},
		{"Ana: *urgente* ~já~", []string{"*urgente* ~já~"}, "Ana: " + j + "*" + j + "urgente" + j + "*" + j + " " + j + "~" + j + "já" + j + "~" + j},
		{"> citado", []string{"> citado"}, j + "&gt; citado"},
		{"nota_fiscal_2026.xml", []string{"nota_fiscal_2026.xml"}, "nota_fiscal_2026.xml"},
		{"\xff<!here>\xfe", []string{"\xff<!here>\xfe"}, "\ufffd&lt;!here&gt;\ufffd"},
	} {
		if got := mrkdwn(c.text, c.verbatim); got != c.want {
			t.Errorf("%q became\n %q, want\n %q", c.text, got, c.want)
		}
	}
}

func FuzzMrkdwnCallsNobody(f *testing.F) {
	for _, s := range []string{"<!channel>", "https://a.example/<!here>", "mailto:<@U1>", "<https://a|<!here>>", "\xff<", "*<!everyone>*", "https://x/&lt;!here&gt;"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, verbatim string) {
		for _, got := range append(split(text+" "+verbatim, longestSection, func(s string) string { return mrkdwn(s, []string{verbatim}) }), bare(text, 100)) {
			for rest := got; strings.Contains(rest, "<"); {
				_, rest, _ = strings.Cut(rest, "<")
				if l := strings.ToLower(rest); !strings.HasPrefix(l, "http") && !strings.HasPrefix(l, "mailto:") {
					t.Fatalf("%q is said as %q", text, got)
				}
			}
		}
	})
}
