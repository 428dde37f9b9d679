package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
	"recado/core/message"
)

const (
	maxFile  = message.MaxFileSize
	fileWait = time.Minute // for a download that may yet succeed, before the file is refused
)

// file is one that came with a message.
type file struct {
	id, name, mediaType string
	size                int64
	url                 string
}

// fileIn reads a file of a message. why says that its bytes are not to be had.
func fileIn(n node) (f file, why message.Reason) {
	size := n["size"]
	bytes, _ := size.(float64)
	f = file{
		id: n.text("id"), name: or(n.text("name"), or(n.text("title"), "arquivo")), mediaType: or(n.text("mimetype"), "application/octet-stream"),
		size: int64(min(max(bytes, 0), 1<<52)), url: n.first("url_private_download", "url_private"),
	}
	switch n.text("mode") {
	case "tombstone", "hidden_by_limit":
		why = message.Unreadable // it was deleted, or the workspace's plan shows it no more
	}
	return f, why
}

// isLink reports a file that is kept elsewhere, such as with Google Drive: what Slack has
// of it is where.
func isLink(n node) bool { return n.text("mode") == "external" || n.is("is_external") }

// keepFiles downloads what came with a message. It fails when the bytes may be had
// later; what can never be had is a Refusal.
func (c *Channel) keepFiles(ctx context.Context, in *message.Inbound, files []node) error {
	for i, n := range files {
		if isLink(n) {
			in.Text = joined(in.Text, "📎 "+n.first("title", "name")+": "+n.first("external_url", "url_private"))
			continue
		}
		f, why := fileIn(n)
		if why == "" && f.url == "" && f.id != "" {
			f, why = c.fileInfo(ctx, f) // of a channel that is shared with another workspace
		}
		switch {
		case why != "":
		case i >= message.MaxFiles:
			why = message.TooMany
		case f.size > c.MaxFile:
			why = message.TooLarge
		default:
			if err := c.keepFile(ctx, in, f); err != nil {
				return err
			}
			continue
		}
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: f.size, Why: why})
	}
	return nil
}

// fileInfo asks for what the event left out.
func (c *Channel) fileInfo(ctx context.Context, f file) (file, message.Reason) {
	api, err := c.api(ctx)
	if err != nil {
		return f, message.Unreadable
	}
	info, _, _, err := api.GetFileInfoContext(ctx, f.id, 0, 0)
	if err != nil {
		c.Log.Warn("a file of a Slack message could not be had", "file", f.id, "error", err)
		return f, message.Unreadable
	}
	f.name, f.mediaType = or(info.Name, f.name), or(info.Mimetype, f.mediaType)
	f.size, f.url = int64(info.Size), or(info.URLPrivateDownload, info.URLPrivate)
	return f, ""
}

// keepFile downloads one file and keeps it.
func (c *Channel) keepFile(ctx context.Context, in *message.Inbound, f file) error {
	spool, err := os.CreateTemp("", "recado-slack-*")
	if err != nil {
		return fmt.Errorf("a place for the file %q: %w", f.name, err)
	}
	defer func() { _ = errors.Join(spool.Close(), os.Remove(spool.Name())) }()
	refuse := func(why message.Reason) {
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: f.size, Why: why})
	}
	switch err := c.download(ctx, f, spool); {
	case errors.Is(err, channels.ErrFileTooLarge):
		refuse(message.TooLarge)
		return nil
	case err != nil && passing(err) && c.Clock().Sub(in.ReceivedAt) < fileWait:
		return fmt.Errorf("downloading the file %q: %w", f.name, err)
	case err != nil:
		c.Log.Warn("a file of a Slack message could not be had", "key", in.Key.String(), "file", f.id, "error", err)
		refuse(message.Unreadable)
		return nil
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the file %q back: %w", f.name, err)
	}
	return channels.Attach(ctx, c.Files, in, f.name, f.mediaType, spool)
}

// download gives the bytes to w, with the token, which goes to Slack alone.
func (c *Channel) download(ctx context.Context, f file, w io.Writer) error {
	api, err := c.api(ctx)
	if err != nil {
		return err
	}
	return api.GetFileContext(ctx, f.url, &bounded{w: w, left: c.MaxFile})
}

// passing reports a failure that may be none a little later.
func passing(err error) bool {
	if said, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return said.Code >= 500 || said.Code == 429
	}
	_, limited := errors.AsType[*slackgo.RateLimitedError](err)
	return limited || isNetwork(err)
}

// bounded takes no more than so many bytes, whatever was said of the size.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, channels.ErrFileTooLarge
	}
	return b.w.Write(p)
}

// joined puts a line below a text.
func joined(text, line string) string {
	if text == "" {
		return line
	}
	return text + "\n" + line
}
