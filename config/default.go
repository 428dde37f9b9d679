package config

import (
	"log/slog"
	"time"
)

const day = 24 * time.Hour

// Default is what holds where neither the file nor the environment says anything.
func Default() Config {
	weekday := func() []string { return []string{"08:00-12:00", "13:00-18:00"} }
	return Config{
		Desk:   Desk{Name: "Suporte", Language: "pt-BR", TimeZone: saoPaulo()},
		Data:   "./data",
		Files:  Files{S3: S3{PathStyle: Auto, Encryption: NoEncryption}},
		ClamAV: ClamAV{WhenAway: Wait, Timeout: time.Minute},
		Web:    Web{Listen: "127.0.0.1:8080"},
		SMTPIn: SMTPIn{
			Enabled: Auto, Listen: "127.0.0.1:2525", Relays: []string{"127.0.0.0/8", "::1/128"},
			Connections: 100, PerPeer: 20, PerMinute: 600, Recipients: 50,
		},
		Chat: Chat{Quiet: Quiet{WhatsApp: 4 * time.Second}},
		Hours: Hours{
			Week: Week{Monday: weekday(), Tuesday: weekday(), Wednesday: weekday(), Thursday: weekday(), Friday: weekday()},
			Holidays: Holidays{
				Brazil: true, Carnival: true, CorpusChristi: true,
			},
		},
		Promises: Promises{
			Low:      Promise{Answer: 8 * time.Hour, Solve: 45 * time.Hour},
			Normal:   Promise{Answer: 4 * time.Hour, Solve: 27 * time.Hour},
			High:     Promise{Answer: 2 * time.Hour, Solve: 9 * time.Hour},
			Critical: Promise{Answer: 30 * time.Minute, Solve: 4 * time.Hour},
		},
		Reminders:  Reminders{After: []time.Duration{2 * day, 3 * day}, CloseAfter: 2 * day},
		Care:       Care{Quiet: "21:00-08:00", PerMinute: 20, PerChat: time.Second},
		Tickets:    Tickets{Reopen: 5 * day, Unanswered: 4 * time.Hour},
		Quarantine: Quarantine{LinkExpires: 7 * day},
		Survey:     Survey{Expires: 7 * day, NPSEvery: 90 * day},
		Assistant: Assistant{Articles: 3, Patience: 8 * time.Second, Model: Model{
			Kind: ModelOpenAI, Concurrency: 4, Retries: 2,
			Budget: ModelBudget{Day: 2_000_000, Organisation: 300_000, Conversation: 60_000},
		}},
		Limits: Limits{Files: maxFiles, FileSize: maxFileSize, MessageSize: 50 * MB, Strangers: 200},
		Log:    Log{Level: slog.LevelInfo, Format: Text},
		Drain:  Drain{Timeout: 20 * time.Second},
	}
}

// defaultWhatsApp is what an entry of whatsapp: starts from.
func defaultWhatsApp() WhatsApp {
	return WhatsApp{EmailAfter: 5 * time.Minute, Silence: time.Hour, Polls: "stars"}
}

// defaultMailbox is what an entry of email: starts from.
func defaultMailbox() Mailbox {
	return Mailbox{
		IMAP: IMAP{TLS: TLS, Folders: []string{"INBOX"}, Start: StartAll, Keep: keepFlag},
		SMTP: SMTP{Connections: 2},
		Poll: time.Minute,
	}
}
