package oauth

import (
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/endpoints"
)

// Provider is who gives out tokens, and for what they are asked.
type Provider struct {
	Name     string // for people
	Endpoint oauth2.Endpoint
	Scopes   []string // asked for when somebody signs in; a refresh asks for the same
	// App is the scope of an application that signs in for itself, without a person
	// (RFC 6749 section 4.4). Empty: the provider has no such thing for mail.
	App string
}

// Google is Gmail and Workspace. The one scope covers IMAP and SMTP
// (developers.google.com/workspace/gmail/imap/xoauth2-protocol).
func Google() Provider {
	return Provider{Name: "Google", Endpoint: inBody(endpoints.Google), Scopes: []string{"https://mail.google.com/"}}
}

// Microsoft is Exchange Online of a tenant: its id or a domain of it. Empty is
// "common" (learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using
// OAuth"). Without offline_access there would be no refresh token.
func Microsoft(tenant string) Provider {
	return Provider{
		Name: "Microsoft", Endpoint: inBody(endpoints.AzureAD(tenant)),
		Scopes: []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"},
		App:    "https://outlook.office365.com/.default",
	}
}

// inBody sends the client's secret in the form, which both take: otherwise the library
// finds out by trying, and a refresh token may be spent on the first try.
func inBody(e oauth2.Endpoint) oauth2.Endpoint {
	e.AuthStyle = oauth2.AuthStyleInParams
	return e
}

// Custom is any other provider, known by where it gives out tokens (RFC 6749 section 3.2).
func Custom(tokenURL string, scopes []string) Provider {
	return Provider{Name: tokenURL, Endpoint: oauth2.Endpoint{TokenURL: tokenURL}, Scopes: scopes}
}
