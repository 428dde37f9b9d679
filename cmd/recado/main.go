// Command recado is a support desk without a console: customers write by WhatsApp
// or e-mail, the team answers, one program keeps the tickets.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	_ "time/tzdata" // people's time zones are known on every machine

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Serve    serveCmd    `cmd:"" help:"Run the desk."`
	Chat     chatCmd     `cmd:"" help:"Speak with the desk in the terminal, as anybody."`
	Check    checkCmd    `cmd:"" help:"Try every configured server, and say in words what is wrong."`
	Import   importCmd   `cmd:"" help:"Take in organisations, people, the catalogue and articles from files."`
	Export   exportCmd   `cmd:"" help:"Write them out again, or the ledger of outcomes."`
	DKIM     dkimCmd     `cmd:"" name:"dkim" help:"Make a key that signs outgoing mail, and show what to publish for it."`
	WhatsApp whatsAppCmd `cmd:"" name:"whatsapp" help:"Link a number of WhatsApp, see how it is, and unlink it."`
	Slack    slackCmd    `cmd:"" help:"About the app in Slack."`
	Contacts contactsCmd `cmd:"" help:"About contacts that are one person."`
	Articles articlesCmd `cmd:"" help:"About the articles that customers are shown."`
	Assist   assistCmd   `cmd:"" help:"About the assistant."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version."`
	Files    filesCmd    `cmd:"" help:"About attachments and mails as they came."`
	Setup    configCmd   `cmd:"" name:"config" help:"About the configuration file."`
	Play     playCmd     `cmd:"" help:"Run transcripts of conversations and show the difference."`
	Eval     evalCmd     `cmd:"" help:"Score the parts that are matters of degree on files of examples."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine (docs/performance.md)."`
	Version  versionCmd  `cmd:"" help:"Which version this is."`
}

func main() {
	if os.Getenv("GOGC") == "" {
		// A desk's heap is small: to collect half as often takes some 2 MB while idle
		// and 15 MB at full load, and a tenth off every turn (docs/performance.md).
		debug.SetGCPercent(200)
	}
	trustTests()
	var line commands
	parser := kong.Must(&line, kong.Name("recado"), kong.Description("A support desk without a console."), kong.ShortUsageOnError())
	chosen, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen.BindTo(ctx, (*context.Context)(nil))
	chosen.FatalIfErrorf(chosen.Run(Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
