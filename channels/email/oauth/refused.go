package oauth

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"golang.org/x/oauth2"
)

// Refused is a provider's no that stays a no until a person acts. Its text says what
// to do.
type Refused struct {
	Text string
	Code string // of RFC 6749 section 5.2, or the provider's own
}

func (r *Refused) Error() string { return r.Text }

// The codes of RFC 6749 section 5.2 and of OpenID Connect section 3.1.2.6 that mean: a
// person must sign in again.
var signInAgain = []string{"invalid_grant", "interaction_required", "login_required", "consent_required"}

// And those that blame the application's registration.
var wrongClient = []string{"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"}

func refused(err error) bool {
	said, ok := errors.AsType[*oauth2.RetrieveError](err)
	return ok && slices.Contains(signInAgain, said.ErrorCode)
}

// microsoftCode is how Microsoft tells its hundred reasons apart.
var microsoftCode = regexp.MustCompile(`AADSTS\d+`)

// worded says what a failed fetch means. What the provider wrote is not repeated, but
// for its codes: nobody knows what it quotes.
func (s *Source) worded(err error) error {
	if err == nil {
		return nil
	}
	said, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("asking %s for access to the mailbox %s: %w", s.options.Name, s.options.User, err)
	}
	code := or(said.ErrorCode, "no code")
	if ms := microsoftCode.FindString(said.ErrorDescription); ms != "" {
		code += ", " + ms
	}
	switch {
	case slices.Contains(signInAgain, said.ErrorCode) && s.options.RefreshToken != "":
		return &Refused{Code: said.ErrorCode, Text: fmt.Sprintf(
			"%s does not let us into the mailbox %s any more (%s): sign in again, and configure the new refresh token (docs/mailboxes.md tells how)",
			s.options.Name, s.options.User, code)}
	case slices.Contains(signInAgain, said.ErrorCode), slices.Contains(wrongClient, said.ErrorCode):
		return &Refused{Code: said.ErrorCode, Text: fmt.Sprintf(
			"%s refuses the application that should read the mailbox %s (%s): compare client_id, client_secret, tenant and scopes with its registration there",
			s.options.Name, s.options.User, code)}
	}
	status := "no answer"
	if said.Response != nil {
		status = said.Response.Status
	}
	return fmt.Errorf("%s gave no access to the mailbox %s (%s, %s)", s.options.Name, s.options.User, status, code)
}
