package sign_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"recado/sign"
)

func signer(t *testing.T, seeds ...byte) *sign.Signer {
	t.Helper()
	var keys [][]byte
	for _, b := range seeds {
		keys = append(keys, bytes.Repeat([]byte{b}, sign.MinKey))
	}
	s, err := sign.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReply(t *testing.T) {
	s := signer(t, 1)
	detail := s.Reply("2026-000001", "Ana@Aurora.example")
	if len("suporte+"+detail) > 64 {
		t.Fatalf("local part %q is over the 64 octets of RFC 5321", detail)
	}
	for name, tc := range map[string]struct {
		detail, address string
		ok              bool
	}{
		"as given":              {detail, "ana@aurora.example", true},
		"upper case on the way": {string(bytes.ToUpper([]byte(detail))), "ana@aurora.example", true},
		"another address":       {detail, "bob@aurora.example", false},
		"another number":        {"2026-000002" + detail[len("2026-000001"):], "ana@aurora.example", false},
		"cut":                   {detail[:len(detail)-1], "ana@aurora.example", false},
		"no mac":                {"2026-000001", "ana@aurora.example", false},
		"empty":                 {"", "ana@aurora.example", false},
	} {
		t.Run(name, func(t *testing.T) {
			number, err := s.VerifyReply(tc.detail, tc.address)
			if tc.ok != (err == nil) || (tc.ok && number != "2026-000001") {
				t.Fatalf("got %q, %v", number, err)
			}
		})
	}
}

func TestLink(t *testing.T) {
	s, now := signer(t, 1), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	token := s.Link("rate", "survey-7", now.Add(time.Hour))
	if got, err := s.VerifyLink("rate", token, now); err != nil || got != "survey-7" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := s.VerifyLink("rate", token, now.Add(2*time.Hour)); !errors.Is(err, sign.ErrExpired) {
		t.Fatalf("an old link: %v", err)
	}
	if _, err := s.VerifyLink("confirm", token, now); !errors.Is(err, sign.ErrInvalid) {
		t.Fatalf("a link moved to another purpose: %v", err)
	}
	if _, err := signer(t, 2).VerifyLink("rate", token, now); !errors.Is(err, sign.ErrInvalid) {
		t.Fatalf("a stranger's key: %v", err)
	}
	if got, err := signer(t, 2, 1).VerifyLink("rate", token, now); err != nil || got != "survey-7" {
		t.Fatalf("after a change of keys: %q, %v", got, err)
	}
}
