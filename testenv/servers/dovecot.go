package servers

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"text/template"
)

//go:embed dovecot.conf
var dovecotConf string

// startDovecot starts Dovecot with IMAP and LMTP. It runs without root from the first
// moment, so its configuration switches off every chroot.
func startDovecot(ctx context.Context, dir, imap, lmtp string) (*process, error) {
	as, err := unprivileged("nobody")
	if err != nil {
		return nil, err
	}
	s := spec{name: "Dovecot", as: as, home: filepath.Join(dir, "dovecot"), stop: syscall.SIGTERM}
	if err := as.mkdir(s.home); err != nil {
		return nil, err
	}
	conf := filepath.Join(s.home, "dovecot.conf")
	err = writeTemplate(conf, dovecotConf, map[string]any{
		"Home": s.home, "IMAP": portOf(imap), "LMTP": portOf(lmtp), "Password": Password,
		"As": map[string]any{"Name": as.name, "Group": as.group, "UID": as.uid, "GID": as.gid},
	})
	if err != nil {
		return nil, err
	}
	s.argv = []string{"/usr/sbin/dovecot", "-F", "-c", conf}
	s.ready = func(ctx context.Context) error {
		if err := greets(imap, "", "* OK")(ctx); err != nil {
			return err
		}
		return greets(lmtp, "", "220 ")(ctx)
	}
	return launch(ctx, s)
}

// writeTemplate fills a configuration file; a value that the text names and nobody
// gave is an error.
func writeTemplate(path, text string, values map[string]any) error {
	t, err := template.New(filepath.Base(path)).Option("missingkey=error").Parse(text)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if err := t.Execute(f, values); err != nil {
		f.Close()
		return fmt.Errorf("configuration: %w", err)
	}
	return f.Close()
}
