package slack

import "context"

// tokens give the token that the Web API takes now.
type tokens interface {
	Token(ctx context.Context) (string, error)
}

// fixed is a token that does not end by itself.
type fixed string

func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

// forgetful gives another token when one was refused.
type forgetful interface {
	Forget(ctx context.Context, token string)
}
