package config

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a container often has no zones of its own
)

// Switch is on, off, or left to the program.
type Switch string

// Switches. Load leaves none on Auto.
const (
	Auto Switch = "auto"
	On   Switch = "on"
	Off  Switch = "off"
)

// UnmarshalText reads auto, on or off, and the words YAML has for the last two.
func (s *Switch) UnmarshalText(text []byte) error {
	if strings.EqualFold(string(text), string(Auto)) {
		*s = Auto
		return nil
	}
	on, err := parseBool(string(text))
	if err != nil {
		return errors.New("write auto, on or off")
	}
	*s = Off
	if on {
		*s = On
	}
	return nil
}

// Security is how a connection is protected.
type Security string

// Kinds of protection. NoTLS is for loopback only.
const (
	TLS      Security = "tls"      // from the first byte
	StartTLS Security = "starttls" // after a greeting in the clear; required, never optional
	NoTLS    Security = "none"
)

// UnmarshalText reads tls, starttls or none.
func (s *Security) UnmarshalText(text []byte) error {
	return oneOf(s, string(text), TLS, StartTLS, NoTLS)
}

// Start is where a folder is begun that was never read before.
type Start string

// Starts.
const (
	StartAll Start = "all" // everything in it is taken
	StartNow Start = "now" // what is there already is passed over
)

// UnmarshalText reads all or now.
func (s *Start) UnmarshalText(text []byte) error { return oneOf(s, string(text), StartAll, StartNow) }

// Provider is who gives out access tokens for a mailbox.
type Provider string

// Providers whose addresses are known. Another one is known by its token_url.
const (
	Google    Provider = "google"
	Microsoft Provider = "microsoft"
)

// UnmarshalText reads google or microsoft; the empty text is another one.
func (p *Provider) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = ""
		return nil
	}
	return oneOf(p, string(text), Google, Microsoft)
}

// Encryption is what a bucket's server is asked to do with the bytes.
type Encryption string

// Kinds of encryption. NoEncryption asks for nothing: the bucket has its own setting.
const (
	NoEncryption Encryption = "none"
	SSES3        Encryption = "s3"
	SSEKMS       Encryption = "kms"
)

// UnmarshalText reads none, s3 or kms.
func (e *Encryption) UnmarshalText(text []byte) error {
	return oneOf(e, string(text), NoEncryption, SSES3, SSEKMS)
}

// WhenAway is what becomes of files while the scanner is away.
type WhenAway string

// Choices of WhenAway.
const (
	Wait WhenAway = "wait" // the mail waits
	Pass WhenAway = "pass" // they are kept, and marked
)

// UnmarshalText reads wait or pass.
func (w *WhenAway) UnmarshalText(text []byte) error { return oneOf(w, string(text), Wait, Pass) }

// Format is how log lines are written.
type Format string

// Formats of the log.
const (
	Text Format = "text"
	JSON Format = "json"
)

// UnmarshalText reads text or json.
func (f *Format) UnmarshalText(text []byte) error { return oneOf(f, string(text), Text, JSON) }

func oneOf[T ~string](to *T, text string, choices ...T) error {
	choice := T(strings.ToLower(text))
	if !slices.Contains(choices, choice) {
		names := make([]string, len(choices))
		for i, c := range choices {
			names[i] = string(c)
		}
		return fmt.Errorf("write %s", orList(names))
	}
	*to = choice
	return nil
}

// orList is "a, b or c".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Size is a number of bytes.
type Size int64

// Units of a Size.
const (
	KB Size = 1 << 10
	MB Size = 1 << 20
)

// UnmarshalText reads "500KB", "20MB" or a plain number of bytes.
func (s *Size) UnmarshalText(text []byte) error {
	number, unit := strings.ToUpper(strings.TrimSpace(string(text))), Size(1)
	for suffix, size := range map[string]Size{"KB": KB, "MB": MB} {
		if cut, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = strings.TrimSpace(cut), size
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return errors.New("write a size such as 500KB or 20MB")
	}
	*s = Size(n) * unit
	return nil
}

// String is the size in the largest unit that fits without rest.
func (s Size) String() string {
	switch {
	case s >= MB && s%MB == 0:
		return fmt.Sprintf("%dMB", int64(s/MB))
	case s >= KB && s%KB == 0:
		return fmt.Sprintf("%dKB", int64(s/KB))
	}
	return strconv.FormatInt(int64(s), 10)
}

// longUnits are those that time.ParseDuration lacks. A day is always 24 hours here.
var longUnits = regexp.MustCompile(`^(?:(\d{1,4})w)?(?:(\d{1,5})d)?`)

// parseDuration reads Go's durations with weeks and days before them: "1d12h".
func parseDuration(text string) (time.Duration, error) {
	m := longUnits.FindStringSubmatch(text)
	weeks, _ := strconv.Atoi("0" + m[1]) // the pattern lets nothing else through
	days, _ := strconv.Atoi("0" + m[2])
	d := time.Duration(weeks)*7*day + time.Duration(days)*day
	if rest := text[len(m[0]):]; rest != "" {
		short, err := time.ParseDuration(rest)
		if err != nil {
			return 0, errors.New("write a duration such as 30s, 4h, 5d or 1d12h")
		}
		d += short
	}
	switch {
	case text == "":
		return 0, errors.New("write a duration such as 30s, 4h, 5d or 1d12h")
	case d < 0:
		return 0, errors.New("a duration cannot be negative")
	}
	return d, nil
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return false, errors.New("write true or false")
}

func parseLevel(text string) (slog.Level, error) {
	level, ok := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}[strings.ToLower(text)]
	if !ok {
		return 0, errors.New("write debug, info, warn or error")
	}
	return level, nil
}

func parseInt(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, errors.New("write a whole number")
	}
	return n, nil
}

func parseFloat(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, errors.New("write a number, such as 0.5")
	}
	return x, nil
}

func parseZone(text string) (*time.Location, error) {
	if text == "" || text == "Local" {
		return nil, errors.New("write a place, such as America/Sao_Paulo")
	}
	zone, err := time.LoadLocation(text)
	if err != nil {
		return nil, fmt.Errorf("there is no time zone %q; write a place, such as America/Sao_Paulo", text)
	}
	return zone, nil
}

// saoPaulo cannot fail: the zones are linked in.
func saoPaulo() *time.Location {
	zone, err := parseZone("America/Sao_Paulo")
	if err != nil {
		panic("config: the embedded time zones are broken: " + err.Error())
	}
	return zone
}
