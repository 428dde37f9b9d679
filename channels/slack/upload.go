package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
	"recado/core/message"
)

// Files go up in three steps: an address to upload to, the bytes, and the sharing in a
// thread (docs.slack.dev, "Working with files"). The message that Slack makes of it bears
// no metadata, so which file is whose is kept in the channel's memory before it is shared:
// then a repeat asks whether it was.

// uploaded is a file of one of our messages.
type uploaded struct {
	Message string `json:"m"`
	Part    int    `json:"p"`
	File    string `json:"f"`
}

// mostUploads is how many of them are remembered: enough to outlast any outage within
// which the outbox still tries.
const mostUploads = 200

func (c *Channel) uploadsName() string { return "slack/" + c.Workspace + "/uploads" }

func (c *Channel) uploads(ctx context.Context) ([]uploaded, error) {
	text, err := c.Memory.Load(ctx, c.uploadsName())
	if err != nil || text == "" {
		return nil, err
	}
	var all []uploaded
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, nil //nolint:nilerr // it is begun anew
	}
	return all, nil
}

// upload shares the files of a message, those that were not shared before.
func (c *Channel) upload(ctx context.Context, channel, root string, out message.Outbound) error {
	c.uploading.Lock()
	defer c.uploading.Unlock()
	known, err := c.uploads(ctx)
	if err != nil {
		return fmt.Errorf("which files went up: %w", err)
	}
	for part, a := range out.Attachments {
		i := slices.IndexFunc(known, func(u uploaded) bool { return u.Message == out.ID && u.Part == part })
		if i >= 0 {
			shared, err := c.appeared(ctx, known[i].File, channel)
			if err != nil {
				return err
			}
			if shared || c.share(ctx, channel, root, known[i].File, titleOf(out, a)) == nil {
				continue
			}
			known = slices.Delete(known, i, i+1)
		}
		id, err := c.raise(ctx, a)
		if err != nil {
			return fmt.Errorf("uploading the attachment %q: %w", a.Name, err)
		}
		known = append(known, uploaded{out.ID, part, id})
		known = known[max(0, len(known)-mostUploads):]
		text, err := json.Marshal(known)
		if err != nil {
			return err
		}
		if err := c.Memory.Save(ctx, c.uploadsName(), string(text)); err != nil {
			return fmt.Errorf("noting that a file went up: %w", err)
		}
		if err := c.share(ctx, channel, root, id, titleOf(out, a)); err != nil {
			return fmt.Errorf("sharing the attachment %q: %w", a.Name, err)
		}
	}
	return nil
}

// raise brings the bytes to Slack, where nobody sees them yet.
func (c *Channel) raise(ctx context.Context, a message.Attachment) (id string, err error) {
	content, err := c.Files.Open(ctx, a.Digest)
	if err != nil {
		return "", err
	}
	defer content.Close()
	name := or(bare(a.Name, longestFileName), "arquivo")
	var to *slackgo.GetUploadURLExternalResponse
	err = c.call(ctx, "files.getUploadURLExternal", "", func(api *slackgo.Client) (err error) {
		to, err = api.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{FileName: name, FileSize: int(a.Size)})
		return err
	})
	if err != nil {
		return "", err
	}
	return to.FileID, c.try(ctx, func(api *slackgo.Client) error {
		return api.UploadToURL(ctx, slackgo.UploadToURLParameters{UploadURL: to.UploadURL, Reader: content, Filename: name})
	})
}

const longestFileName = 255

// titleOf is what Slack shows above a file. A file appears under the app's name, whoever it
// is from (files.completeUploadExternal takes no username), so that their name is in the title.
func titleOf(out message.Outbound, a message.Attachment) string {
	name := bare(a.Name, longestFileName)
	if out.As == nil || out.As.Name == "" {
		return name
	}
	return bare(strings.Trim(out.As.Name+" · "+name, " ·"), longestFileName)
}

// share puts an uploaded file where it belongs.
func (c *Channel) share(ctx context.Context, channel, root, id, title string) error {
	return c.call(ctx, "files.completeUploadExternal", "", func(api *slackgo.Client) error {
		_, err := api.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{
			Files: []slackgo.FileSummary{{ID: id, Title: title}}, Channel: channel, ThreadTimestamp: root,
		})
		return err
	})
}

// A file that was shared may take a moment to appear.
const (
	appearsIn  = time.Second
	askedAgain = 3
)

// appeared reports whether a file that went up stands in a channel, or comes to.
func (c *Channel) appeared(ctx context.Context, id, channel string) (bool, error) {
	for range askedAgain {
		shared, err := c.isShared(ctx, id, channel)
		if shared || err != nil {
			return shared, err
		}
		channels.Sleep(ctx, appearsIn)
	}
	return c.isShared(ctx, id, channel)
}

// isShared asks whether a file that went up stands in a channel.
func (c *Channel) isShared(ctx context.Context, id, channel string) (shared bool, err error) {
	err = c.call(ctx, "files.info", "", func(api *slackgo.Client) error {
		info, _, _, err := api.GetFileInfoContext(ctx, id, 0, 0)
		if err == nil {
			_, public := info.Shares.Public[channel]
			_, private := info.Shares.Private[channel]
			shared = public || private || slices.Contains(info.Channels, channel) || slices.Contains(info.Groups, channel) || slices.Contains(info.IMs, channel)
		}
		return err
	})
	if code(err) == "file_not_found" || code(err) == "file_deleted" {
		return false, nil
	}
	return shared, err
}

// removeFiles takes the files of a message back, as far as they are remembered.
func (c *Channel) removeFiles(ctx context.Context, id string) error {
	known, err := c.uploads(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, u := range known {
		if u.Message != id {
			continue
		}
		err := c.call(ctx, "files.delete", "", func(api *slackgo.Client) error { return api.DeleteFileContext(ctx, u.File) })
		if said := code(err); said != "file_not_found" && said != "file_deleted" {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
