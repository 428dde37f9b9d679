package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"recado/channels"
	"recado/channels/email/letter"
	"recado/core/message"
)

// keepOriginal keeps a mail as it came. One in which a scanner found something is kept
// too, past the scanner, and sealed: nothing is lost, and nobody is handed it.
func (d *desk) keepOriginal(ctx context.Context, raw []byte) (string, error) {
	original, _, err := d.Files.Keep(ctx, bytes.NewReader(raw), int64(len(raw)))
	if _, infected := errors.AsType[*channels.InfectedError](err); !infected && !errors.Is(err, channels.ErrUnscanned) {
		return original, err
	}
	original, _, err = d.Originals.Keep(ctx, bytes.NewReader(raw), int64(len(raw)))
	return message.Seal(original), err
}

// keepFiles keeps the files of l within the limits of B3. Pictures of a signature
// come last, so that they never take the place of what somebody attached.
func (d *desk) keepFiles(ctx context.Context, in *message.Inbound, l letter.Letter) error {
	files := slices.Clone(l.Files)
	slices.SortStableFunc(files, func(a, b letter.File) int { return rank(a) - rank(b) })
	for _, f := range files {
		if len(in.Attachments) == message.MaxFiles {
			refuse(in, f, message.TooMany, "")
			continue
		}
		kept, refused, err := channels.KeepAttachment(ctx, d.Files, f.Name, f.MediaType, f.Open())
		switch {
		case err != nil:
			return fmt.Errorf("keeping the attachment %q: %w", f.Name, err)
		case refused.Why != "":
			refuse(in, f, refused.Why, refused.Virus)
		default:
			kept.Inline = f.Inline
			in.Attachments = append(in.Attachments, kept)
		}
	}
	for _, f := range l.Damaged {
		refuse(in, f, message.Unreadable, "")
	}
	return nil
}

// mostRefused is how many refused files are named one by one; a mail may hold a
// thousand. The last of them stands for the rest.
const mostRefused = 20

func refuse(in *message.Inbound, f letter.File, why message.Reason, virus string) {
	if why == message.Infected {
		in.Original = message.Seal(in.Original) // it holds the same bytes
	}
	r := message.Refusal{Name: f.Name, Size: f.Size(), Why: why, Virus: virus}
	if len(in.Refused) < mostRefused {
		in.Refused = append(in.Refused, r)
		return
	}
	last := &in.Refused[mostRefused-1]
	last.Name, last.Size = "…", last.Size+r.Size
}

func rank(f letter.File) int {
	if f.Inline {
		return 1
	}
	return 0
}
