package servers

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

var (
	//go:embed postfix-main.cf
	postfixMain string
	//go:embed postfix-master.cf
	postfixMaster string
)

// postfixDomains is Postfix's table of the domains that are ours.
const postfixDomains = `/^([a-z0-9-]+\.)*example$/ OK` + "\n"

// postfixTransports is Postfix's table of ways: mail for lmtp.example is handed over by
// LMTP where a test listens.
const postfixTransports = `/@lmtp\.example$/ lmtp:inet:%s` + "\n"

const postfixDaemons = "/usr/lib/postfix/sbin"

// startPostfix starts Postfix. Its master must be root: it opens its queue as one user
// and talks to the world as another.
func startPostfix(ctx context.Context, dir, smtp, lmtp, ours string) (*process, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("only root can start Postfix")
	}
	s := spec{name: "Postfix", home: filepath.Join(dir, "postfix"), stop: syscall.SIGTERM, ready: greets(smtp, "", "220 ")}
	etc := filepath.Join(s.home, "etc")
	if err := layOutPostfix(s.home, etc, smtp, lmtp, ours); err != nil {
		return nil, fmt.Errorf("configure Postfix: %w", err)
	}
	// check makes the folders of the queue, with the owners that they need.
	if err := s.setUp(ctx, "/usr/sbin/postfix", "-c", etc, "check"); err != nil {
		return nil, err
	}
	// The master changes its user now and then, and the kernel then forgets that it was
	// to end with its parent. The shell does not forget, and passes the signal on.
	s.argv = []string{"/bin/sh", "-c", `trap 'kill $!; wait' TERM; "$0" "$@" & wait`,
		filepath.Join(postfixDaemons, "master"), "-c", etc, "-s"}
	return launch(ctx, s)
}

func layOutPostfix(home, etc, smtp, lmtp, ours string) error {
	owner, err := unprivileged("postfix")
	if err != nil {
		return err
	}
	for _, folder := range []string{home, etc, filepath.Join(home, "queue")} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	if err := owner.mkdir(filepath.Join(home, "data")); err != nil {
		return err
	}
	values := map[string]any{"Home": home, "SMTP": smtp, "LMTP": lmtp}
	if err := writeTemplate(filepath.Join(etc, "main.cf"), postfixMain, values); err != nil {
		return err
	}
	if err := writeTemplate(filepath.Join(etc, "master.cf"), postfixMaster, values); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(etc, "transports"), fmt.Appendf(nil, postfixTransports, ours), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(etc, "domains"), []byte(postfixDomains), 0o644)
}
