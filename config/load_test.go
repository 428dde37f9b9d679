package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestFaultsSayWhereAndWhatToWrite(t *testing.T) {
	tests := map[string]struct {
		yaml string
		env  map[string]string
		want string // one line for each fault
	}{
		"mistyped key": {
			yaml: "desk:\n  nmae: Suporte\n",
			want: `recado.yaml:2:3: desk.nmae: nobody knows this key; did you mean name?`,
		},
		"key of another section": {
			yaml: "email:\n  - address: a@b.example\n    folder: INBOX\n    imap: {host: h, password: p}\n    smtp: {host: h}\n",
			want: `recado.yaml:3:5: email[1].folder: nobody knows this key; it belongs under email[].imap`,
		},
		"key like no other": {
			yaml: "drain:\n  zzzzzzzzz: 1\n",
			want: `recado.yaml:2:3: drain.zzzzzzzzz: nobody knows this key; known here: timeout`,
		},
		"several at once, in the order of the file": {
			yaml: "tickets:\n  reopen: soon\nlog:\n  level: loud\n  format: xml\nchat:\n  quiet:\n    whatsapp: 30s\n",
			want: "recado.yaml:2:11: tickets.reopen: write a duration such as 30s, 4h, 5d or 1d12h\n" +
				"recado.yaml:4:10: log.level: write debug, info, warn or error\n" +
				"recado.yaml:5:11: log.format: write text or json\n" +
				"recado.yaml:8:15: chat.quiet.whatsapp: at most 20s: longer, and people think that nobody is there",
		},
		"a variable": {
			env:  map[string]string{"RECADO_WEB_LISTEN": "8080"},
			want: "RECADO_WEB_LISTEN: write a host and a port, such as 127.0.0.1:8080",
		},
		"not YAML": {
			yaml: "desk:\n  name: [a\n",
			want: "recado.yaml:2:9: this is not valid YAML: sequence end token ']' not found",
		},
		"a value where a section belongs": {
			yaml: "desk: Suporte\n",
			want: "recado.yaml:1:1: desk: here stand keys and values, one a line, such as name: ...",
		},
		"a section where a value belongs": {
			yaml: "data:\n  folder: x\n",
			want: "recado.yaml:2:3: data: here stands one value, written out (no list, no section, no anchor)",
		},
		"two documents": {
			yaml: "data: a\n---\ndata: b\n",
			want: "recado.yaml:3:1: the file holds a second document after ---; only one is read",
		},
		"a database's address is not quoted": {
			yaml: "database: mysql://root:hunter2@db/x\n",
			want: "recado.yaml:1:11: database: write it as postgres://user:password@host:5432/name (or leave it empty)",
		},
		"a short signing key": {
			yaml: "secret: abc\n",
			want: "recado.yaml:1:9: secret: a key has 3 characters and needs at least 32; make one with: openssl rand -hex 32",
		},
		"pages for the world need an address": {
			yaml: "web: {listen: 0.0.0.0:80}\n",
			want: "recado.yaml:1:1: web.public_url: say how people reach the pages, such as https://suporte.aurora.example: links in messages need it",
		},
		"an open relay of trust": {
			yaml: "smtp_in:\n  listen: 0.0.0.0:25\n  trust_senders: true\n",
			want: "recado.yaml:3:18: smtp_in.trust_senders: anybody who reaches 0.0.0.0:25 could write in any name; listen on 127.0.0.1, or turn it off",
		},
		"a mailbox in the clear, without a password, twice": {
			yaml: "email:\n  - address: a@b.example\n    trust_senders: true\n    imap: {host: mail.b.example, tls: none}\n    smtp: {host: mail.b.example, tls: starttls}\n  - address: A@b.example\n    imap: {host: mail.b.example, password: x, keep: 'move:INBOX'}\n",
			want: "recado.yaml:3:20: email[1].trust_senders: anybody could write in any name; only a test mailbox on this machine may trust\n" +
				"recado.yaml:4:5: email[1].imap.password: give password, or password_file with the name of a file that holds it\n" +
				"recado.yaml:4:39: email[1].imap.tls: the password would cross the network in the clear; write tls or starttls (none is for 127.0.0.1 only)\n" +
				"recado.yaml:6:5: email[2].smtp.host: name the server, such as mail.aurora.example (its port goes in port)\n" +
				"recado.yaml:6:14: email[2].address: A@b.example is given already as email[1]\n" +
				"recado.yaml:7:53: email[2].imap.keep: mail cannot be moved to a folder that it is read from",
		},
		"a relay by its name": {
			yaml: "smtp_in: {relays: [mx.b.example, 10.0.0.0/8]}\n",
			want: `recado.yaml:1:11: smtp_in.relays: "mx.b.example" is not a network; write it such as 10.0.0.0/8, or 192.0.2.5/32 for one server`,
		},
		"a forwarder that is no domain": {
			yaml: "email:\n  - address: a@b.example\n    arc_sealers: [a@lists.example]\n    imap: {host: mail.b.example, password: x}\n    smtp: {host: mail.b.example}\n",
			want: `recado.yaml:3:5: email[1].arc_sealers: "a@lists.example" is not a domain, such as lists.example`,
		},
		"mail that is handed over": {
			yaml: "smtp_in: {connections: 0, cert_file: x.pem}\nlmtp_in: {listen: 'unix:lmtp'}\n",
			want: "recado.yaml:1:24: smtp_in.connections: between 1 and 100000\n" +
				"recado.yaml:1:38: smtp_in.cert_file: give both cert_file and key_file, or neither\n" +
				"recado.yaml:2:19: lmtp_in.listen: write the whole path of the socket, such as unix:/run/recado/lmtp\n" +
				"recado.yaml:2:19: lmtp_in.listen: say under email: which addresses the mail is for, and how to send",
		},
		"signing in by password and by OAuth, and neither whole": {
			yaml: "email:\n  - address: a@b.example\n    imap: {host: h, password: x}\n    smtp: {host: h}\n    oauth: {provider: google, token_url: 'http://id.b.example/t', tenant: b.example, refresh_token: r}\n",
			want: "recado.yaml:5:5: email[1].oauth: a password is given too; keep one of the two\n" +
				"recado.yaml:5:5: email[1].oauth.client_id: write the id that the application was registered under\n" +
				"recado.yaml:5:42: email[1].oauth.token_url: that of google is known; keep provider or token_url\n" +
				"recado.yaml:5:75: email[1].oauth.tenant: only microsoft has tenants",
		},
		"OAuth without an address, a safe one, and a refresh token": {
			yaml: "email:\n  - address: a@b.example\n    imap: {host: h}\n    smtp: {host: h}\n    oauth: {client_id: x, refresh_token: r}\n" +
				"  - address: c@b.example\n    imap: {host: h}\n    smtp: {host: h}\n    oauth: {client_id: x, token_url: 'http://id.b.example/t', refresh_token: r}\n" +
				"  - address: d@b.example\n    imap: {host: h}\n    smtp: {host: h}\n    oauth: {client_id: x, provider: google, client_secret: s}\n",
			want: "recado.yaml:5:5: email[1].oauth.provider: write google or microsoft; or token_url, for another one\n" +
				"recado.yaml:9:38: email[2].oauth.token_url: write the whole address, such as https://id.aurora.example/token\n" +
				"recado.yaml:13:5: email[3].oauth.refresh_token: give it here or in refresh_token_file; docs/mailboxes.md tells how to get one",
		},
		"numbers of WhatsApp": {
			yaml: "database: postgres://h/desk\nwhatsapp:\n  - {account: Meu Número, silence: 1s, polls: all}\n  - {account: b, email_after: 2d}\n  - {account: b, database: mysql://root:hunter2@db/x}\n  - {account: c, database: sqlite, groups: all}\n",
			want: "recado.yaml:3:15: whatsapp[1].account: give it a name of small letters, digits and dashes, such as principal\n" +
				"recado.yaml:3:36: whatsapp[1].silence: between 5m and 1d, or 0s for never\n" +
				"recado.yaml:3:47: whatsapp[1].polls: \"all\" is none of stars, choices, none\n" +
				"recado.yaml:4:6: whatsapp[2].database: whatsapp[1] keeps its keys in that database, and one holds those of one number only; write sqlite, or the address of another\n" +
				"recado.yaml:4:31: whatsapp[2].email_after: between 1m and 1d, or 0s: notices wait until they can be sent\n" +
				"recado.yaml:5:15: whatsapp[3].account: b is given already as whatsapp[2]\n" +
				"recado.yaml:5:28: whatsapp[3].database: write it as sqlite, or postgres://user:password@host:5432/name (or leave it empty)\n" +
				"recado.yaml:6:44: whatsapp[4].groups: \"all\" is none of ignore, rooms",
		},
		"workspaces of Slack": {
			yaml: "slack:\n  - {workspace: suporte, bot_token: hunter2, sockets: 0, rooms: {channel: geral}}\n" +
				"  - {workspace: T1A2, app_token: xapp-1, undo: 1h, command: recado, api: x, rooms: [{channel: C1A2, product: Fiscal}, {channel: C1A3, category: NF}]}\n" +
				"  - {workspace: T1A2, refresh_token: xoxe-1, signing_secret: s, mode: loud, agents: all, management: x, supervisors: [chefes]}\n",
			want: "recado.yaml:2:6: slack[1].app_token: give it here or in app_token_file; or signing_secret, if Slack can reach the pages (docs/slack.md)\n" +
				"recado.yaml:2:17: slack[1].workspace: write its id, such as T0123456789: in a browser it stands in the address, app.slack.com/client/T…/C…\n" +
				"recado.yaml:2:37: slack[1].bot_token: that is another kind of token: this one begins with xox\n" +
				"recado.yaml:2:55: slack[1].sockets: between 1 and 10\n" +
				"recado.yaml:2:75: slack[1].rooms[1].channel: write the channel's id, such as C0123456789: it stands at the end of the channel's details\n" +
				"recado.yaml:3:6: slack[2].bot_token: give it here or in bot_token_file: docs/slack.md tells where it is shown\n" +
				"recado.yaml:3:48: slack[2].undo: at most 2m, or 0s: what is sent is sent\n" +
				"recado.yaml:3:61: slack[2].command: a slash and at most 31 small letters, digits, - or _, such as /recado\n" +
				"recado.yaml:3:74: slack[2].api: write an address such as https://slack.com/api/, or leave it empty\n" +
				"recado.yaml:3:77: slack[2].rooms: one room is without product, for all tickets that have none of their own\n" +
				"recado.yaml:3:145: slack[2].rooms[2].category: say of which product\n" +
				"recado.yaml:4:6: slack[3].rooms: name the channel in which tickets have their threads: rooms: [{channel: C0123456789}]\n" +
				"recado.yaml:4:17: slack[3].workspace: T1A2 is given already as slack[2]\n" +
				"recado.yaml:4:38: slack[3].refresh_token: tokens that rotate need client_id and client_secret as well\n" +
				"recado.yaml:4:71: slack[3].mode: write internal or public\n" +
				"recado.yaml:4:85: slack[3].agents: write email, or the id of the channel whose members are agents\n" +
				"recado.yaml:4:102: slack[3].management: write the channel's id, such as C0123456789: it stands at the end of the channel's details\n" +
				"recado.yaml:4:105: slack[3].supervisors: write ids of user groups, such as S0123456789: they stand in the address of the group's page",
		},
		"hours": {
			yaml: "hours:\n  week:\n    monday: [08:00-12:00, 11:00-18:00]\n    tuesday: 18:00-08:00\n  closed:\n    - {date: 31-12}\n  open: [{date: 2026-12-26}]\n",
			want: "recado.yaml:3:5: hours.week.monday: two blocks overlap: 08:00-12:00, 11:00-18:00\n" +
				"recado.yaml:4:5: hours.week.tuesday: \"18:00-08:00\" is not a block of a day; write 08:00-12:00, and two blocks for one that passes midnight\n" +
				"recado.yaml:6:8: hours.closed[1].name: say why: people who ask about a due time are told\n" +
				"recado.yaml:6:14: hours.closed[1].date: write year-month-day, such as 2026-12-24, or month-day, such as 01-25, for every year\n" +
				"recado.yaml:7:11: hours.open[1].hours: say when, such as 08:00-12:00",
		},
		"always open, except": {
			yaml: "hours:\n  always: true\n  week: {monday: 08:00-12:00}\n",
			want: "recado.yaml:2:11: hours.always: a desk that never closes has no week, holidays or dates; keep one of the two",
		},
		"promises in days": {
			yaml: "promises:\n  low: {answer: 3d, solve: 45h}\n",
			want: "recado.yaml:2:17: promises.low.answer: write hours: it counts time that the team is there, and a day of that is not 24 hours\n" +
				"recado.yaml:2:17: promises.low.answer: the first answer cannot be due after the solution",
		},
		"a bucket that lacks nearly all": {
			yaml: "files:\n  s3: {bucket: Recado, access_key: AK, prefix: /x, encryption: kms}\n",
			want: "recado.yaml:2:3: files.s3.endpoint: say where the bucket is, such as https://minio.aurora.example:9000, or give the region of Amazon's\n" +
				"recado.yaml:2:3: files.s3.secret_key: give access_key and secret_key (or secret_key_file), or neither for the machine's role\n" +
				"recado.yaml:2:3: files.s3.kms_key: encryption: kms needs the id of a key, and only that does\n" +
				"recado.yaml:2:16: files.s3.bucket: a bucket's name has 3 to 63 small letters, digits, dots and hyphens\n" +
				"recado.yaml:2:48: files.s3.prefix: write it without a slash before it, such as recado",
		},
		"files in the clear": {
			yaml: "files:\n  s3: {bucket: recado, endpoint: 'http://minio.aurora.example:9000'}\n",
			want: "recado.yaml:2:34: files.s3.endpoint: files would cross the network in the clear; write https:// (http:// is for 127.0.0.1 only)",
		},
		"an endpoint without a bucket": {
			yaml: "files:\n  s3: {endpoint: 'https://minio.aurora.example'}\n",
			want: "recado.yaml:2:3: files.s3.bucket: name the bucket; without one, files are kept in the data folder",
		},
		"a scanner nowhere": {
			yaml: "clamav: {address: '127.0.0.1:3310', when_away: shrug}\n",
			want: "recado.yaml:1:48: clamav.when_away: write wait or pass",
		},
		"a scanner without a port": {
			yaml: "clamav: {address: clamd, timeout: 1h}\n",
			want: "recado.yaml:1:19: clamav.address: write a host and a port, such as 127.0.0.1:8080\n" +
				"recado.yaml:1:35: clamav.timeout: between 1s and 10m",
		},
		"quiet hours that are none": {
			yaml: "care:\n  quiet: 21-8\n",
			want: `recado.yaml:2:10: care.quiet: write the hours as 21:00-08:00, or "" for none`,
		},
		"notices like a robot's": {
			yaml: "care:\n  per_minute: 600\n",
			want: "recado.yaml:2:15: care.per_minute: from 1 to 60, or 0 for no limit",
		},
		"a chat that is too slow": {
			yaml: "care:\n  per_chat: 1m\n",
			want: "recado.yaml:2:13: care.per_chat: at most 5s, or 0s for no limit",
		},
		"reminders that go back": {
			yaml: "reminders:\n  after: [3d, 2d]\n",
			want: "recado.yaml:2:3: reminders.after: each reminder comes later than the one before, counted from the team's last word: 2d, 3d",
		},
		"closing without a warning": {
			yaml: "reminders:\n  after: []\n",
			want: "recado.yaml:1:1: reminders.close_after: nothing is closed without a reminder that warns of it; give reminders.after, or 0s here",
		},
		"limits beyond what people were promised": {
			yaml: "limits: {files: 11, file_size: 21MB, message_size: 1MB, strangers_an_hour: -1}\nassistant: {article_threshold: NaN, articles: 9}\n",
			want: "recado.yaml:1:17: limits.files: between 1 and 10\n" +
				"recado.yaml:1:32: limits.file_size: between 1KB and 20MB\n" +
				"recado.yaml:1:52: limits.message_size: at least as much as one file (21MB), and at most 500MB\n" +
				"recado.yaml:1:76: limits.strangers_an_hour: between 0 (no ceiling) and 100000\n" +
				"recado.yaml:2:32: assistant.article_threshold: between 0 and 1\n" +
				"recado.yaml:2:47: assistant.articles: between 0 (none are suggested) and 5",
		},
		"a model that nobody could ask": {
			yaml: "assistant:\n  patience: 1s\n  model:\n    name: m\n    url: http://models.aurora.example/v1\n    effort: much\n    concurrency: 0\n" +
				"    retries: 11\n    budget: {day: -1}\n    price: {in: NaN, embeddings: -1}\n",
			want: "recado.yaml:2:13: assistant.patience: between 2s and 30s\n" +
				"recado.yaml:3:3: assistant.model.key: openai needs a key; give key or key_file\n" +
				"recado.yaml:5:10: assistant.model.url: people's words would cross the network in the clear; write https:// (http:// is for 127.0.0.1 only)\n" +
				"recado.yaml:6:13: assistant.model.effort: write none, minimal, low, medium or high, or leave it empty\n" +
				"recado.yaml:7:18: assistant.model.concurrency: between 1 and 100\n" +
				"recado.yaml:8:14: assistant.model.retries: between 0 and 10\n" +
				"recado.yaml:9:19: assistant.model.budget.day: 0 (no limit) or more\n" +
				"recado.yaml:10:17: assistant.model.price.in: 0 or more\n" +
				"recado.yaml:10:34: assistant.model.price.embeddings: 0 or more",
		},
		"the eyes of no model": {
			yaml: "assistant: {model: {pictures: true}}\n",
			want: "recado.yaml:1:13: assistant.model.name: name the model, such as gpt-4.1-mini; without one, the built-in assistant does it all",
		},
		"vectors of no model": {
			yaml: "assistant: {model: {embeddings: text-embedding-3-small}}\n",
			want: "recado.yaml:1:13: assistant.model.name: name the model, such as gpt-4.1-mini; without one, the built-in assistant does it all",
		},
		"a model without a name": {
			yaml: "assistant: {model: {key: x}}\n",
			want: "recado.yaml:1:13: assistant.model.name: name the model, such as gpt-4.1-mini; without one, the built-in assistant does it all",
		},
		"a model nowhere": {
			yaml: "assistant: {model: {kind: azure, name: m, key: x}}\n",
			want: "recado.yaml:1:13: assistant.model.url: say where the server is, such as https://aurora.openai.azure.example or http://127.0.0.1:9000/v1",
		},
		"a kind of model that is none": {
			yaml: "assistant: {model: {kind: clever}}\n",
			want: "recado.yaml:1:27: assistant.model.kind: write openai, azure, ollama, vllm, llama.cpp or other",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load("recado.yaml", []byte(test.yaml), lookup(test.env))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want faults", err)
			}
			if got := faults.Text(); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestValuesAreRead(t *testing.T) {
	secretFile := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(secretFile, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mailbox := "email: [{address: a@b.example, imap: {host: h, password: file}, smtp: {host: h}}]\n"
	tests := map[string]struct {
		yaml string
		env  map[string]string
		get  func(Config) any
		want any
	}{
		"OAuth of an application":     {yaml: "email: [{address: a@b.example, imap: {host: h}, smtp: {host: h}, oauth: {provider: Microsoft, client_id: i, client_secret: s}}]", get: func(c Config) any { return c.Email[0].OAuth.Provider }, want: Microsoft},
		"several folders":             {yaml: "email: [{address: a@b.example, imap: {host: h, password: p, folder: [INBOX, Suporte], start: now}, smtp: {host: h}}]", get: func(c Config) any { return c.Email[0].IMAP.Folders[1] + " " + string(c.Email[0].IMAP.Start) }, want: "Suporte now"},
		"days and hours":              {yaml: "tickets: {reopen: 1d12h}", get: func(c Config) any { return c.Tickets.Reopen }, want: 36 * time.Hour},
		"days":                        {yaml: "quarantine: {link_expires: 3d}", get: func(c Config) any { return c.Quarantine.LinkExpires }, want: 3 * day},
		"weeks":                       {yaml: "survey: {nps_every: 2w}", get: func(c Config) any { return c.Survey.NPSEvery }, want: 14 * day},
		"a phone that looks a number": {yaml: "desk: {phone: 0800123}", get: func(c Config) any { return c.Desk.Phone }, want: "0800123"},
		"one value as a list":         {yaml: "hours: {week: {saturday: 08:00-12:00}}", get: func(c Config) any { return c.Hours.Week.Saturday }, want: []string{"08:00-12:00"}},
		"a day not named stays":       {yaml: "hours: {week: {saturday: 08:00-12:00}}", get: func(c Config) any { return len(c.Hours.Week.Monday) }, want: 2},
		"a closed weekday":            {yaml: "hours: {week: {friday: []}}", get: func(c Config) any { return len(c.Hours.Week.Friday) }, want: 0},
		"always open":                 {yaml: "hours: {always: true}", get: func(c Config) any { return c.Hours }, want: Hours{Always: true}},
		"time zone":                   {yaml: "desk: {time_zone: America/Manaus}", get: func(c Config) any { return c.Desk.TimeZone.String() }, want: "America/Manaus"},
		"strangers an hour":           {yaml: "limits: {strangers_an_hour: 7}", get: func(c Config) any { return c.Limits.Strangers }, want: 7},
		"strangers without a ceiling": {yaml: "limits: {strangers_an_hour: 0}", get: func(c Config) any { return c.Limits.Strangers }, want: 0},
		"size":                        {yaml: "limits: {file_size: 5 MB}", get: func(c Config) any { return c.Limits.FileSize }, want: 5 * MB},
		"log level":                   {yaml: "log: {level: debug}", get: func(c Config) any { return c.Log.Level }, want: slog.LevelDebug},
		"smtp_in off":                 {yaml: "smtp_in: {enabled: off}", get: func(c Config) any { return c.SMTPIn.Enabled }, want: Off},
		"smtp_in beside a mailbox":    {yaml: mailbox + "smtp_in: {enabled: on}", get: func(c Config) any { return c.SMTPIn.Enabled }, want: On},
		"a section with nothing in":   {yaml: "desk:\n", get: func(c Config) any { return c.Desk.Name }, want: "Suporte"},
		"slash at the end of the URL": {yaml: "web: {public_url: https://a.example/}", get: func(c Config) any { return c.Web.PublicURL }, want: "https://a.example"},
		"figures stay at home":        {yaml: "web: {listen: 0.0.0.0:80, public_url: https://a.example}", get: func(c Config) any { return c.Web.AdminListen }, want: "127.0.0.1:8081"},
		"mail handed over, no IMAP":   {yaml: "lmtp_in: {listen: 'unix:/run/recado/lmtp'}\nemail: [{address: a@b.example, smtp: {host: h, tls: tls}}]", get: func(c Config) any { return c.LMTPIn.Listen + " " + c.Email[0].Address }, want: "unix:/run/recado/lmtp a@b.example"},
		"mail is moved": {
			yaml: "email: [{address: a@b.example, imap: {host: h, password: p, keep: 'move:Feito'}, smtp: {host: h}}]",
			get:  func(c Config) any { folder, _ := c.Email[0].IMAP.Moves(); return folder }, want: "Feito",
		},
		"Outlook by its address": {
			yaml: "email: [{address: a@outlook.com, imap: {password: p}}]",
			get: func(c Config) any {
				return fmt.Sprint(c.Email[0].SMTP.Host, c.Email[0].SMTP.Port, c.Email[0].SMTP.TLS, c.Email[0].AuthservIDs)
			},
			want: "smtp.office365.com587starttls[mx.microsoft.com]",
		},
		"a preset can be written over": {
			yaml: "email: [{address: a@gmail.com, imap: {password: p}, authserv_ids: []}]",
			get:  func(c Config) any { return len(c.Email[0].AuthservIDs) }, want: 0,
		},
		"a variable wins over the file": {
			yaml: "desk: {name: A}", env: map[string]string{"RECADO_DESK_NAME": "B"},
			get: func(c Config) any { return c.Desk.Name }, want: "B",
		},
		"a list in a variable": {
			env: map[string]string{"RECADO_REMINDERS_AFTER": "1d, 36h"},
			get: func(c Config) any { return c.Reminders.After }, want: []time.Duration{day, 36 * time.Hour},
		},
		"a mailbox by variables alone": {
			env: map[string]string{"RECADO_EMAIL_1_ADDRESS": "a@gmail.com", "RECADO_EMAIL_1_IMAP_PASSWORD_FILE": secretFile},
			get: func(c Config) any { return c.Email[0].IMAP.Password.Reveal() + " " + c.Email[0].IMAP.Folders[0] }, want: "from the file INBOX",
		},
		"a variable into the file's mailbox": {
			yaml: mailbox, env: map[string]string{"RECADO_EMAIL_1_IMAP_PASSWORD": "env"},
			get: func(c Config) any { return c.Email[0].IMAP.Password.Reveal() }, want: "env",
		},
		"a secret's file in a variable replaces the secret in the file": {
			yaml: mailbox, env: map[string]string{"RECADO_EMAIL_1_IMAP_PASSWORD_FILE": secretFile},
			get: func(c Config) any { return c.Email[0].SMTP.Password.Reveal() }, want: "from the file",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.get(mustLoad(t, test.yaml, test.env)); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

func TestAMissingFileIsAnError(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), lookup(nil)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
}

// Whatever the file holds, Load ends with a checked Config or with Faults that name
// the file, and never panics.
func FuzzLoad(f *testing.F) {
	f.Add(Example)
	f.Add(string(trial))
	f.Add("email: [{address: a@gmail.com, imap: {password: x}}]")
	f.Add("? [a]: b\n*x : 1\n<<: {data: x}\n")
	f.Add("desk: &a {name: *a}\n!!binary x: !t y")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := load("fuzz.yaml", []byte(text), lookup(nil))
		var faults Faults
		switch {
		case err == nil:
			if cfg.SMTPIn.Enabled == Auto || cfg.Desk.TimeZone == nil || cfg.Web.PublicURL == "" {
				t.Errorf("incomplete: %+v", cfg)
			}
		case !errors.As(err, &faults) || len(faults) == 0:
			t.Errorf("got %v, want faults", err)
		}
	})
}

func TestAmazonsEndpointFollowsFromItsRegion(t *testing.T) {
	for name, tc := range map[string]struct {
		yaml, endpoint string
		pathStyle      Switch
	}{
		"Amazon's":                 {"bucket: recado, region: sa-east-1", "https://s3.sa-east-1.amazonaws.com", Off},
		"Amazon's, dot in bucket":  {"bucket: recado.files, region: sa-east-1", "https://s3.sa-east-1.amazonaws.com", On},
		"MinIO":                    {"bucket: recado, endpoint: 'https://minio.aurora.example:9000'", "https://minio.aurora.example:9000", On},
		"this machine, written so": {"bucket: recado, endpoint: 'http://127.0.0.1:9000', path_style: off", "http://127.0.0.1:9000", Off},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "files: {s3: {"+tc.yaml+"}}", nil).Files.S3
			if s.Endpoint != tc.endpoint || s.PathStyle != tc.pathStyle {
				t.Errorf("got %s, path style %s", s.Endpoint, s.PathStyle)
			}
		})
	}
}

// The keys of a link are where the desk's own data is.
func TestWhatsAppKeepsItsKeysWithTheDesk(t *testing.T) {
	for text, want := range map[string]string{
		"whatsapp: [{account: vendas-2}]":                                                    "sqlite",
		"{database: 'postgres://h/desk', whatsapp: [{account: vendas-2}]}":                   "postgres://h/desk",
		"{database: 'postgres://h/desk', whatsapp: [{account: vendas-2, database: sqlite}]}": "sqlite",
	} {
		cfg := mustLoad(t, text, nil)
		w := cfg.WhatsApp[0]
		if got := w.Database.Reveal(); got != want || w.InFile() != (want == "sqlite") {
			t.Errorf("%s: in %s, want %s", text, got, want)
		}
		if w.File(cfg.Data) != "data/whatsapp-vendas-2.db" || w.Schema() != "whatsapp_vendas_2" {
			t.Errorf("%s: %s, %s", text, w.File(cfg.Data), w.Schema())
		}
	}
}
