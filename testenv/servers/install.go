package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// need is something that must be on the machine, and what brings it.
type need struct {
	packages []string
	have     func() bool
	unit     string // the service that Debian would start at the next boot
}

func needs() []need {
	return []need{
		{packages: []string{"gcc", "libc6-dev"}, have: files("/usr/bin/gcc", "/usr/include/stdio.h")}, // go test -race links with cgo
		{packages: []string{"postgresql"}, have: havePostgres, unit: "postgresql"},
		{packages: []string{"redis-server"}, have: files("/usr/bin/redis-server"), unit: "redis-server"},
		{
			packages: []string{"dovecot-imapd", "dovecot-lmtpd"},
			have:     files("/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp"),
			unit:     "dovecot",
		},
		{packages: []string{"postfix"}, have: files("/usr/sbin/postfix", postfixDaemons+"/master"), unit: "postfix"},
		{packages: []string{"chromium"}, have: haveChromium},
	}
}

func files(paths ...string) func() bool {
	return func() bool {
		return !slices.ContainsFunc(paths, func(path string) bool {
			_, err := os.Stat(path)
			return err != nil
		})
	}
}

func havePostgres() bool {
	_, err := postgresTool("initdb")
	return err == nil
}

func haveChromium() bool {
	_, err := findChromium()
	return err == nil
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium in PATH")
}

// Missing names the Debian packages that Start, or go test -race, needs and that are
// not there.
func Missing() []string {
	packages, _ := missing()
	return packages
}

func missing() (packages, units []string) {
	for _, n := range needs() {
		if n.have() {
			continue
		}
		packages = append(packages, n.packages...)
		if n.unit != "" {
			units = append(units, n.unit)
		}
	}
	return packages, units
}

// Install brings what is Missing with apt-get, telling progress to out. It removes no
// package, and no service that it brings is started, now or at the next boot.
func Install(ctx context.Context, out io.Writer) error {
	packages, units := missing()
	if len(packages) == 0 {
		return nil
	}
	list := strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("the tests need %s, and this is not Debian: install them by hand", list)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("the tests need %s: only root can install them", list)
	}
	fmt.Fprintf(out, "testenv: installing %s (once; takes a minute or two)\n", list)
	allow, err := forbidServices()
	if err != nil {
		return err
	}
	defer allow()
	if slices.Contains(packages, "postfix") {
		if err := leaveMailAlone(ctx); err != nil {
			return err
		}
	}
	// An update that fails for one source of many is no reason to stop: the
	// installation will say what it could not find.
	updated := apt(ctx, "update")
	if err := apt(ctx, append([]string{"install", "--yes", "--no-install-recommends", "--no-remove"}, packages...)...); err != nil {
		return errors.Join(fmt.Errorf("install %s: %w", list, err), updated)
	}
	if still := Missing(); len(still) > 0 {
		return fmt.Errorf("installed %s, but still missing: %s", list, strings.Join(still, " "))
	}
	return disable(ctx, units)
}

func apt(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{
		"-q", "-o", "DPkg::Lock::Timeout=600", // somebody else may be installing
	}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // dpkg must finish its step
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, bytes.TrimSpace(said))
	}
	return nil
}

// leaveMailAlone answers the question of Postfix's package what kind of mail server the
// machine should be: none.
func leaveMailAlone(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "debconf-set-selections")
	cmd.Stdin = strings.NewReader("postfix postfix/main_mailer_type select No configuration\n")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("leave the machine's mail alone: %w: %s", err, bytes.TrimSpace(said))
	}
	return nil
}

const policyFile = "/usr/sbin/policy-rc.d"

// forbidServices keeps packages from starting their services while they are
// installed (policy-rc.d is Debian's switch for it). A policy that is there already is
// the machine owner's and stays. The function that it returns takes ours away.
func forbidServices() (allow func(), err error) {
	f, err := os.OpenFile(policyFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if errors.Is(err, os.ErrExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keep services from starting: %w", err)
	}
	_, err = f.WriteString("#!/bin/sh\n# By Recado's testenv while it installs; to be removed.\nexit 101\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("keep services from starting: %w", err)
	}
	return func() { _ = os.Remove(policyFile) }, nil
}

// disable keeps the services that came with the packages from starting at the next boot.
func disable(ctx context.Context, units []string) error {
	if len(units) == 0 {
		return nil
	}
	said, err := exec.CommandContext(ctx, "systemctl", append([]string{"disable", "--quiet"}, units...)...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return nil // without systemd nothing starts them
	}
	if err != nil {
		return fmt.Errorf("keep %s from starting at boot: %w: %s", strings.Join(units, " "), err, bytes.TrimSpace(said))
	}
	return nil
}
