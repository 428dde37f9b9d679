package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	slackgo "github.com/slack-go/slack"
)

// api is the Web API with the workspace's token of now.
func (c *Channel) api(ctx context.Context) (*slackgo.Client, error) {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	return c.client(token), nil
}

func (c *Channel) client(token string, more ...slackgo.Option) *slackgo.Client {
	o := append([]slackgo.Option{slackgo.OptionAPIURL(c.API), slackgo.OptionHTTPClient(c.caller())}, more...)
	return slackgo.New(token, o...)
}

// appAPI is the Web API with the token of the app, which opens sockets.
func (c *Channel) appAPI() *slackgo.Client {
	return c.client("", slackgo.OptionAppLevelToken(c.AppToken))
}

// caller ends a call that takes too long.
func (c *Channel) caller() *http.Client {
	limited := *c.HTTP
	if limited.Timeout == 0 {
		limited.Timeout = c.Timeout
	}
	return &limited
}

// identity is who we are in the workspace.
type identity struct {
	user, bot string // U…, B…
	team      string
	url       string // of the workspace: https://….slack.com/
}

// identify asks who we are.
func (c *Channel) identify(ctx context.Context) (identity, error) {
	api, err := c.api(ctx)
	if err != nil {
		return identity{}, err
	}
	me, err := api.AuthTestContext(ctx)
	if err != nil {
		return identity{}, err
	}
	if me.TeamID != c.Workspace && me.EnterpriseID != c.Workspace {
		return identity{}, &wrongWorkspaceError{is: me.TeamID, name: me.Team, want: c.Workspace}
	}
	return identity{user: me.UserID, bot: me.BotID, team: me.TeamID, url: me.URL}, nil
}

// wrongWorkspaceError is a token of another workspace than the configured one.
type wrongWorkspaceError struct{ is, name, want string }

func (e *wrongWorkspaceError) Error() string {
	return "the bot token is of the workspace " + e.name + " (" + e.is + "), and " + e.want + " is configured"
}

// code is Slack's own word for a refusal; empty when it said none.
func code(err error) string {
	if said, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return said.Err
	}
	return ""
}

// withoutURL leaves out the address that failed: it may bear a ticket.
func withoutURL(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
