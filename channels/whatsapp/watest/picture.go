package watest

import (
	"context"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// Show uploads a picture and sends it with words below; it returns the message's id.
func (p *Phone) Show(to *Account, jpeg []byte, caption string) types.MessageID {
	p.server.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	up, err := p.Upload(ctx, jpeg, whatsmeow.MediaImage)
	if err != nil {
		p.server.t.Fatalf("watest: %s cannot upload: %v", p.Account.name, err)
	}
	return p.Tell(to.phone, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: new("image/jpeg"), Caption: &caption,
	}})
}
