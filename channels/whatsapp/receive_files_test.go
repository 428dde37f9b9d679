package whatsapp

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"recado/core/message"
)

// upload sends a file ahead, as a phone does.
func (r *rig) upload(content string, kind whatsmeow.MediaType) whatsmeow.UploadResponse {
	r.t.Helper()
	up, err := r.ana.Upload(context.Background(), []byte(content), kind)
	if err != nil {
		r.t.Fatal(err)
	}
	return up
}

func picture(up whatsmeow.UploadResponse, caption string) *waE2E.Message {
	return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: new("image/jpeg"), Caption: &caption,
	}}
}

func TestFilesComeIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sound, film, paper := r.upload("som", whatsmeow.MediaAudio), r.upload("filme", whatsmeow.MediaVideo), r.upload("papel", whatsmeow.MediaDocument)
	sticker := r.upload("figura", whatsmeow.MediaImage)
	for name, tc := range map[string]struct {
		say                *waE2E.Message
		file, media, holds string
		words              string
	}{
		"a picture": {picture(r.upload("imagem", whatsmeow.MediaImage), "segue o print"), "foto.jpg", "image/jpeg", "imagem", "segue o print"},
		"a voice note": {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &sound.URL, DirectPath: &sound.DirectPath, MediaKey: sound.MediaKey, FileEncSHA256: sound.FileEncSHA256, FileSHA256: sound.FileSHA256,
			FileLength: &sound.FileLength, Mimetype: new("audio/ogg; codecs=opus"), PTT: new(true),
		}}, "audio.ogg", "audio/ogg; codecs=opus", "som", ""},
		"a film in a circle": {&waE2E.Message{PtvMessage: &waE2E.VideoMessage{
			URL: &film.URL, DirectPath: &film.DirectPath, MediaKey: film.MediaKey, FileEncSHA256: film.FileEncSHA256, FileSHA256: film.FileSHA256,
			FileLength: &film.FileLength, Mimetype: new("video/mp4"),
		}}, "video.mp4", "video/mp4", "filme", ""},
		"a document with words": {&waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
			URL: &paper.URL, DirectPath: &paper.DirectPath, MediaKey: paper.MediaKey, FileEncSHA256: paper.FileEncSHA256, FileSHA256: paper.FileSHA256,
			FileLength: &paper.FileLength, Mimetype: new("application/pdf"), FileName: new("nota.pdf"), Caption: new("a nota"),
		}}}}, "nota.pdf", "application/pdf", "papel", "a nota"},
		"a sticker": {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{
			URL: &sticker.URL, DirectPath: &sticker.DirectPath, MediaKey: sticker.MediaKey, FileEncSHA256: sticker.FileEncSHA256, FileSHA256: sticker.FileSHA256,
			FileLength: &sticker.FileLength, Mimetype: new("image/webp"),
		}}, "figurinha.webp", "image/webp", "figura", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := r.tell(tc.say)
			if len(in.Attachments) != 1 || len(in.Refused) != 0 || in.Text != tc.words {
				t.Fatalf("got %+v", in)
			}
			if a := in.Attachments[0]; a.Name != tc.file || a.MediaType != tc.media || r.content(a) != tc.holds || a.Size != int64(len(tc.holds)) {
				t.Errorf("got %+v", a)
			}
		})
	}
}

// TestAlbum: its cover says nothing, and its pictures follow on each other's heels.
func TestAlbum(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cover := r.ana.Tell(r.desk.Phone(), &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: proto.Uint32(2)}})
	for _, caption := range []string{"um", "dois"} {
		m := picture(r.upload(caption, whatsmeow.MediaImage), caption)
		m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
			AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: &waCommon.MessageKey{ID: &cover},
		}}
		if in := r.tell(m); in.Text != caption || len(in.Attachments) != 1 {
			t.Errorf("got %+v", in)
		}
	}
}

// TestLargeFiles are refused by what they say of themselves, and by what they are.
func TestLargeFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.MaxFile = 1000 })
	up := r.upload(strings.Repeat("x", 5000), whatsmeow.MediaImage)
	honest := r.tell(picture(up, "grande"))
	up.FileLength = 10
	lying := r.tell(picture(up, "pequena, diz ela"))
	for _, in := range []message.Inbound{honest, lying} {
		if len(in.Refused) != 1 || in.Refused[0].Why != message.TooLarge || len(in.Attachments) != 0 || in.Text == "" {
			t.Errorf("got %+v", in)
		}
	}
	edge := r.tell(picture(r.upload(strings.Repeat("y", 1000), whatsmeow.MediaImage), ""))
	if len(edge.Attachments) != 1 || edge.Attachments[0].Size != 1000 {
		t.Errorf("got %+v", edge)
	}
}

// TestFileAskedForAgain: the servers have it no more, and the phone sends it again.
func TestFileAskedForAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	up := r.upload("imagem", whatsmeow.MediaImage)
	r.server.FailDownloads(1, 404)
	first := r.tell(picture(up, "veja"))
	if len(first.Refused) != 1 || first.Refused[0].Why != message.Awaited || first.Text != "veja" {
		t.Fatalf("got %+v", first)
	}
	r.server.AnswerMediaRetry(r.ana, first.Thread.ID, up.MediaKey, up.DirectPath)
	then := r.got.next(t)
	if len(then.Attachments) != 1 || r.content(then.Attachments[0]) != "imagem" || then.Thread.Refs[0] != first.Thread.ID || then.Key == first.Key {
		t.Errorf("got %+v", then)
	}
}

// TestFileNeverComes: the phone has it no more either, or does not say.
func TestFileNeverComes(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*rig, types.MessageID, []byte){
		"it says so":      func(r *rig, id types.MessageID, key []byte) { r.server.AnswerMediaRetry(r.ana, id, key, "") },
		"it says nothing": func(*rig, types.MessageID, []byte) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.Timeout = 3 * time.Second })
			up := r.upload("imagem", whatsmeow.MediaImage)
			r.server.FailDownloads(1, 410)
			first := r.tell(picture(up, ""))
			answer(r, first.Thread.ID, up.MediaKey)
			if then := r.got.next(t); len(then.Refused) != 1 || then.Refused[0].Why != message.Unreadable || then.Refused[0].Name != "foto.jpg" {
				t.Errorf("got %+v", then)
			}
		})
	}
}
