package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"recado/channels/email/dkim"
	"recado/config"
)

// dkimCmd makes a signing key, and shows what to publish for it.
type dkimCmd struct {
	Domain   string `required:"" help:"Domain of the addresses that it signs for, such as aurora.example."`
	Selector string `required:"" help:"Name of the key within the domain, such as recado1."`
	Ed25519  bool   `name:"ed25519" help:"A key of Ed25519 instead of RSA: to be used beside one, since not everybody knows it."`
	File     string `arg:"" type:"path" help:"File of the key. It is made when it is not there, readable by its owner alone."`
}

// Run never writes over a file: a key that is published and lost breaks every signature.
func (c *dkimCmd) Run(_ context.Context, std Streams) error {
	text, err := os.ReadFile(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = c.makeKey(); err != nil {
			return err
		}
		fmt.Fprintf(std.Err, "Made %s.\n", c.File)
	}
	if err != nil {
		return fmt.Errorf("read the key: %w", err)
	}
	k, err := dkim.Parse(c.Domain, c.Selector, text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, err = fmt.Fprintf(std.Out, `Publish this TXT record:
  name   %s
  value  %s

In a zone file:
%s

Then, in recado.yaml:
dkim:
  - {domain: %s, selector: %s, key_file: %s}

recado check says whether what is published fits.
`, k.Name(), k.Record(), k.Zone(), k.Domain, k.Selector, c.File)
	return err
}

func (c *dkimCmd) makeKey() ([]byte, error) {
	algorithm := dkim.RSA
	if c.Ed25519 {
		algorithm = dkim.Ed25519
	}
	text, err := dkim.Generate(algorithm)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Clean(c.File), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the key's file: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	return text, nil
}

// dkimKeys are the keys that are configured.
func dkimKeys(cfg config.Config) ([]*dkim.Key, error) {
	var keys []*dkim.Key
	for i, d := range cfg.DKIM {
		k, err := dkim.Parse(d.Domain, d.Selector, []byte(d.Key.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("dkim[%d]: %w", i+1, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// dkimRecord compares a key with what DNS has. What cannot be looked up is only said:
// the machine may have no way to the outside.
func (t tryer) dkimRecord(ctx context.Context, d config.DKIM) (string, error) {
	k, err := dkim.Parse(d.Domain, d.Selector, []byte(d.Key.Reveal()))
	if err != nil {
		return "", err
	}
	lookup := t.lookupTXT
	if lookup == nil {
		lookup = net.DefaultResolver.LookupTXT
	}
	records, err := lookup(ctx, k.Name())
	var none *net.DNSError
	if errors.As(err, &none) && none.IsNotFound {
		err = nil
	}
	if err != nil {
		return "", doubt(fmt.Sprintf("the key is good; DNS could not be asked whether %s holds: %s", k.Name(), k.Record()))
	}
	if err := k.Published(records); err != nil {
		return "", err
	}
	return "the key is the one that is published at " + k.Name(), nil
}
