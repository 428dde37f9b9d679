package config

import (
	"log/slog"
	"path/filepath"
	"strings"
	"time"
)

// Config is everything that can be chosen about a desk. Durations are written "4s",
// "48h", "5d" or "1d12h"; sizes "20MB", where MB is 1,048,576 bytes.
type Config struct {
	Desk Desk `yaml:"desk"`

	// Data is the folder of everything kept on disk: files, the signing key, and the
	// SQLite database when Database is empty.
	Data string `yaml:"data"`

	// Database is a postgres:// address; empty is SQLite in Data.
	Database     Secret `yaml:"database"`
	DatabaseFile string `yaml:"database_file"`

	Files  Files  `yaml:"files"`
	ClamAV ClamAV `yaml:"clamav"`

	// Redis is a redis:// or rediss:// address for sessions; empty keeps them in SQL.
	Redis     Secret `yaml:"redis"`
	RedisFile string `yaml:"redis_file"`

	// Secret signs links and reply addresses. Several keys are separated by spaces or
	// lines: the first signs, all are accepted. Empty: see Config.Keys.
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`

	// Example fills an empty database with a small invented organisation.
	Example bool `yaml:"example"`

	Web      Web        `yaml:"web"`
	SMTPIn   SMTPIn     `yaml:"smtp_in"`
	LMTPIn   LMTPIn     `yaml:"lmtp_in"`
	Email    []Mailbox  `yaml:"email"`
	DKIM     []DKIM     `yaml:"dkim"`
	WhatsApp []WhatsApp `yaml:"whatsapp"`
	Slack    []Slack    `yaml:"slack"`

	Chat       Chat       `yaml:"chat"`
	Hours      Hours      `yaml:"hours"`
	Promises   Promises   `yaml:"promises"`
	Reminders  Reminders  `yaml:"reminders"`
	Care       Care       `yaml:"care"`
	Tickets    Tickets    `yaml:"tickets"`
	Survey     Survey     `yaml:"survey"`
	Quarantine Quarantine `yaml:"quarantine"`
	Assistant  Assistant  `yaml:"assistant"`
	Limits     Limits     `yaml:"limits"`
	Log        Log        `yaml:"log"`
	Drain      Drain      `yaml:"drain"`
}

// Desk is how the desk presents itself.
type Desk struct {
	Name     string         `yaml:"name"`
	Language string         `yaml:"language"` // pt-BR, en or es: of people whose own is not known yet
	TimeZone *time.Location `yaml:"time_zone"`
	Phone    string         `yaml:"phone"`    // shown to people; free text (A11)
	Register string         `yaml:"register"` // where to write to be registered (A8); empty: the first mailbox
	Contacts string         `yaml:"contacts"` // shown when somebody asks how else to reach the team (A11)
}

// Files is where attachments and mails as they came are kept.
type Files struct {
	S3 S3 `yaml:"s3"`
}

// S3 is a bucket for files. Without one they are kept in Data.
type S3 struct {
	Bucket        string     `yaml:"bucket"`
	Endpoint      string     `yaml:"endpoint"` // https://host[:port]; empty: Amazon's in Region
	Region        string     `yaml:"region"`
	Prefix        string     `yaml:"prefix"`     // before every key
	PathStyle     Switch     `yaml:"path_style"` // the bucket in the path; auto: not with Amazon's
	AccessKey     string     `yaml:"access_key"` // empty: AWS_ACCESS_KEY_ID, or the machine's role
	SecretKey     Secret     `yaml:"secret_key"`
	SecretKeyFile string     `yaml:"secret_key_file"`
	Encryption    Encryption `yaml:"encryption"`
	KMSKey        string     `yaml:"kms_key"` // of kms
}

// ClamAV scans attachments before they are kept.
type ClamAV struct {
	Address  string        `yaml:"address"` // host:port, or the path of a socket; empty: nothing is scanned
	WhenAway WhenAway      `yaml:"when_away"`
	Timeout  time.Duration `yaml:"timeout"` // for one file
}

// Web is the signed pages, and what the outside may ask of the process.
type Web struct {
	Listen      string `yaml:"listen"`       // host:port
	PublicURL   string `yaml:"public_url"`   // how people reach Listen; no slash at the end once loaded
	AdminListen string `yaml:"admin_listen"` // health, readiness, metrics; may equal Listen
}

// SMTPIn takes mail from a mail server, or from a tool on this machine. The limits hold
// for LMTPIn too.
type SMTPIn struct {
	Enabled      Switch   `yaml:"enabled"` // auto: on when there is no mailbox
	Listen       string   `yaml:"listen"`
	TrustSenders bool     `yaml:"trust_senders"` // believe every From: line; loopback only
	CheckSenders bool     `yaml:"check_senders"` // ask the DNS for SPF, DKIM and DMARC
	Relays       []string `yaml:"relays"`        // networks of our own servers; their word and their Received count
	CertFile     string   `yaml:"cert_file"`     // for STARTTLS, in PEM; empty: not offered
	KeyFile      string   `yaml:"key_file"`
	Connections  int      `yaml:"connections"`          // at once, in all
	PerPeer      int      `yaml:"connections_per_peer"` // at once, from one address
	PerMinute    int      `yaml:"mails_per_minute"`     // from one address
	Recipients   int      `yaml:"recipients"`           // of one mail
}

// LMTPIn takes mail from the delivery agent of a mail server, for every address of email:.
type LMTPIn struct {
	Listen string `yaml:"listen"` // host:port, or unix: and a path; empty: none
}

// Mailbox is one address of the desk, read over IMAP and answered over SMTP.
type Mailbox struct {
	Address      string        `yaml:"address"`
	Name         string        `yaml:"name"` // beside the address in From:; empty: the desk's
	IMAP         IMAP          `yaml:"imap"`
	SMTP         SMTP          `yaml:"smtp"`
	OAuth        OAuth         `yaml:"oauth"`         // signs in to both instead of a password
	AuthservIDs  []string      `yaml:"authserv_ids"`  // whose Authentication-Results are believed (RFC 8601)
	ARCSealers   []string      `yaml:"arc_sealers"`   // forwarders whose ARC seal counts (RFC 8617)
	TrustSenders bool          `yaml:"trust_senders"` // believe every From: line: test desks only
	Poll         time.Duration `yaml:"poll"`          // how often to look where IDLE is missing
}

// IMAP is where mail is read.
type IMAP struct {
	Host         string   `yaml:"host"`
	Port         int      `yaml:"port"` // 0: 993 with tls, else 143
	TLS          Security `yaml:"tls"`
	User         string   `yaml:"user"` // empty: the address
	Password     Secret   `yaml:"password"`
	PasswordFile string   `yaml:"password_file"`
	Folders      []string `yaml:"folder"`
	Start        Start    `yaml:"start"`
	Keep         string   `yaml:"keep"` // "flag", or "move:" and a folder, for mail that was taken
}

// SMTP is where mail is sent. What is left out is taken from IMAP.
type SMTP struct {
	Host         string   `yaml:"host"`
	Port         int      `yaml:"port"` // 0: 465 with tls, 587 with starttls, 25 with none
	TLS          Security `yaml:"tls"`
	User         string   `yaml:"user"`
	Password     Secret   `yaml:"password"`
	PasswordFile string   `yaml:"password_file"`
	Connections  int      `yaml:"connections"` // at the same time, at most
}

// OAuth signs in with access tokens. Without a refresh token the application signs in
// for itself, which only Microsoft knows for mail.
type OAuth struct {
	Provider         Provider `yaml:"provider"`
	Tenant           string   `yaml:"tenant"`    // of Microsoft; empty: common
	TokenURL         string   `yaml:"token_url"` // of a provider that is not known here
	Scopes           []string `yaml:"scopes"`    // empty: what the provider's mail needs
	ClientID         string   `yaml:"client_id"`
	ClientSecret     Secret   `yaml:"client_secret"`
	ClientSecretFile string   `yaml:"client_secret_file"`
	RefreshToken     Secret   `yaml:"refresh_token"`
	RefreshTokenFile string   `yaml:"refresh_token_file"`
}

// On reports whether anything of it was given.
func (o OAuth) On() bool {
	return o.Provider != "" || o.TokenURL != "" || o.ClientID != "" || !o.ClientSecret.IsZero() || !o.RefreshToken.IsZero()
}

// DKIM is a key that signs mail from the addresses of a domain (RFC 6376).
type DKIM struct {
	Domain   string `yaml:"domain"`
	Selector string `yaml:"selector"`
	Key      Secret `yaml:"key"` // PEM
	KeyFile  string `yaml:"key_file"`
}

// WhatsApp is a number of the desk, as a device that is linked to its phone.
type WhatsApp struct {
	Account      string        `yaml:"account"`  // names our end in keys and conversations, for ever
	Database     Secret        `yaml:"database"` // postgres:// address of the link's keys; "sqlite": a file in Data
	DatabaseFile string        `yaml:"database_file"`
	EmailAfter   time.Duration `yaml:"email_after"` // notices that wait so long go by mail instead; 0: they wait
	Silence      time.Duration `yaml:"silence"`     // connected, and nothing at all heard for so long: connect anew; 0: never
	Groups       string        `yaml:"groups"`      // ignore; rooms: who calls the desk in a group is answered, privately
	Polls        string        `yaml:"polls"`       // what is put as a poll beside the numbered text: stars, choices (and stars), none
}

// What WhatsApp.Groups may say.
const (
	GroupsIgnored  = "ignore"
	GroupsAreRooms = "rooms"
)

// File is the SQLite file of the link's keys, when Database is none.
func (w *WhatsApp) File(data string) string { return filepath.Join(data, "whatsapp-"+w.Account+".db") }

// Schema is where they are in a PostgreSQL database: whatsmeow's tables need one alone.
func (w *WhatsApp) Schema() string { return "whatsapp_" + strings.ReplaceAll(w.Account, "-", "_") }

// InFile reports whether the keys are in a file.
func (w *WhatsApp) InFile() bool { return w.Database.Reveal() == inFile }

// inFile is what Database says of a file.
const inFile = "sqlite"

// Chat is how conversations are paced.
type Chat struct {
	Quiet Quiet `yaml:"quiet"`
}

// Quiet is how long a channel waits for more lines before it answers, so that a burst
// is one turn. At most MaxQuiet.
type Quiet struct {
	WhatsApp time.Duration `yaml:"whatsapp"`
	Email    time.Duration `yaml:"email"`
	Slack    time.Duration `yaml:"slack"`
	Web      time.Duration `yaml:"web"`
}

// MaxQuiet is the longest quiet window: beyond it people think that nobody is there.
const MaxQuiet = 20 * time.Second

// Hours is when the team is there (B14).
type Hours struct {
	Always   bool         `yaml:"always"` // never closes; Week and the rest are then empty
	Week     Week         `yaml:"week"`
	Holidays Holidays     `yaml:"holidays"`
	Closed   []ClosedDate `yaml:"closed"`
	Open     []OpenDate   `yaml:"open"`
}

// Week has the opening blocks of each day, as "08:00-12:00". None: closed.
type Week struct {
	Monday    []string `yaml:"monday"`
	Tuesday   []string `yaml:"tuesday"`
	Wednesday []string `yaml:"wednesday"`
	Thursday  []string `yaml:"thursday"`
	Friday    []string `yaml:"friday"`
	Saturday  []string `yaml:"saturday"`
	Sunday    []string `yaml:"sunday"`
}

// Holidays chooses days of the Brazilian year. Only Brazil has the force of law.
type Holidays struct {
	Brazil        bool `yaml:"brazil"`         // the national holidays
	Carnival      bool `yaml:"carnival"`       // the Monday and the Tuesday
	AshWednesday  bool `yaml:"ash_wednesday"`  // until 14:00
	CorpusChristi bool `yaml:"corpus_christi"` // the Thursday
}

// ClosedDate is a day on which the team is away.
type ClosedDate struct {
	Date  string `yaml:"date"`  // "2026-12-24", or "01-25" for every year
	Name  string `yaml:"name"`  // shown to people who ask about a due time
	Hours string `yaml:"hours"` // the part that is closed; empty: the whole day
}

// OpenDate is a day on which the team is there by exception.
type OpenDate struct {
	Date  string   `yaml:"date"` // "2026-12-24"
	Name  string   `yaml:"name"`
	Hours []string `yaml:"hours"`
}

// Promises holds the service level of each severity, in time that the team is there.
type Promises struct {
	Low      Promise `yaml:"low"`
	Normal   Promise `yaml:"normal"`
	High     Promise `yaml:"high"`
	Critical Promise `yaml:"critical"`
}

// Promise is the time until the first answer and until the solution; 0: no promise.
type Promise struct {
	Answer time.Duration `yaml:"answer"`
	Solve  time.Duration `yaml:"solve"`
}

// Reminders go to a customer who has the word (D5).
type Reminders struct {
	After      []time.Duration `yaml:"after"`       // since the team's last word, rising
	CloseAfter time.Duration   `yaml:"close_after"` // since the last reminder, which warns of it; 0: never
}

// Care keeps the desk's number on WhatsApp from being taken for a robot's. Notices are what
// nobody asked for: reminders, and what the program does by itself.
type Care struct {
	Quiet     string        `yaml:"quiet"`      // hours of the desk's day without notices, as in 21:00-08:00; empty: none
	PerMinute int           `yaml:"per_minute"` // notices, to all people together; 0: no limit
	PerChat   time.Duration `yaml:"per_chat"`   // between two messages to one person, after the first five; 0: no limit
}

// Tickets is what a ticket allows.
type Tickets struct {
	Reopen     time.Duration `yaml:"reopen"`     // how long after closing it can be reopened (B12)
	Unanswered time.Duration `yaml:"unanswered"` // how long a customer waits, in time that the team is there, before it is told; 0: it is not
}

// Quarantine is where mail waits whose sender nothing proves.
type Quarantine struct {
	LinkExpires time.Duration `yaml:"link_expires"` // how long the team's links to a page work
}

// Survey is how people are asked what they think.
type Survey struct {
	Expires  time.Duration `yaml:"expires"`   // how long stars can be given after closing (E1)
	NPSEvery time.Duration `yaml:"nps_every"` // E3; 0: never
}

// Assistant is how much is proposed to people.
type Assistant struct {
	ArticleThreshold float64 `yaml:"article_threshold"` // 0 to 1; 0: the assistant's own, as measured
	Articles         int     `yaml:"articles"`          // the most that are suggested at once (A3)

	// Patience is how long a customer waits for the assistant at most; what the model has
	// not said by then, the built-in one says.
	Patience time.Duration `yaml:"patience"`

	Model Model `yaml:"model"`
}

// Limits of what is taken in. None is above what B3 allows.
type Limits struct {
	Files       int  `yaml:"files"`        // of one message
	FileSize    Size `yaml:"file_size"`    // of each
	MessageSize Size `yaml:"message_size"` // of a whole mail, as it travels

	// Strangers is how many messages of people who are not proved are held in an hour
	// before none of them is answered; 0 is no ceiling.
	Strangers int `yaml:"strangers_an_hour"`
}

// Log is what the program says of itself, on stderr.
type Log struct {
	Level  slog.Level `yaml:"level"`
	Format Format     `yaml:"format"`
}

// Drain is the end.
type Drain struct {
	Timeout time.Duration `yaml:"timeout"` // for what is half done when the program is told to stop
}
