package oauth

import (
	"context"

	"recado/channels/seal"
)

// A replaced refresh token is sealed with a key made of the configured one.
const purpose = "recado refresh token"

func (s *Source) memoryName() string { return "oauth " + s.options.User }

// kept is the refresh token that replaced the configured one; "" if none did.
func (s *Source) kept(ctx context.Context) string {
	sealed, err := s.options.Memory.Load(ctx, s.memoryName())
	if err != nil {
		s.options.Log.WarnContext(ctx, "the kept refresh token could not be loaded; the configured one is tried", "user", s.options.User, "error", err)
		return ""
	}
	if sealed == "" {
		return ""
	}
	token, err := seal.Open(s.options.RefreshToken, purpose, sealed)
	if err != nil {
		return "" // kept for another configured token
	}
	return token
}

func (s *Source) keep(ctx context.Context, token string) error {
	sealed, err := seal.Seal(s.options.RefreshToken, purpose, token)
	if err != nil {
		return err
	}
	return s.options.Memory.Save(context.WithoutCancel(ctx), s.memoryName(), sealed)
}
