package llm_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"recado/assist/assisttest"
	"recado/assist/llm"
	"recado/core/dialogue"
	"recado/core/message"
)

func voice(mediaType string) dialogue.Enclosed {
	return enclosed(message.Attachment{Name: "../../../audio <1>.ogg", MediaType: mediaType, Size: 7, Digest: "voice"})
}

func withVoice(o *llm.Options) {
	o.Files, o.Transcription, o.Retries = files{"voice": []byte("OggS...")}, "whisper-1", 1
}

func TestHears(t *testing.T) {
	r, deaf := newRig(t, nil, withVoice), newRig(t, nil, nil)
	for kind, hears := range map[string]bool{
		"audio/ogg; codecs=opus": true, "audio/ogg": true, "audio/mpeg": true, "audio/mp4": true, "audio/webm": true, "audio/wav": true,
		"audio/aac": false, "video/mp4": false, "image/jpeg": false, "": false, ";;": false,
	} {
		if r.Hears(kind) != hears || deaf.Hears(kind) {
			t.Errorf("%q: %v, and without a model for it %v", kind, r.Hears(kind), deaf.Hears(kind))
		}
	}
}

func TestHear(t *testing.T) {
	r := newRig(t, nil, withVoice)
	r.server.Play(assisttest.Down)
	got, err := r.Hear(t.Context(), voice("audio/ogg; codecs=opus"))
	if err != nil || got != "a nota não sai desde ontem" {
		t.Fatalf("heard %q, %v\n%s", got, err, r.log)
	}
	for _, a := range r.server.Audios() {
		if a.Name != "voice.ogg" || a.Language != "pt" || a.Model != "whisper-1" || string(a.Content) != "OggS..." {
			t.Errorf("sent %+v", a)
		}
	}
	if n := len(r.server.Audios()); n != 2 {
		t.Errorf("%d tries", n)
	}
	for _, o := range r.server.Objections() {
		t.Error(o)
	}
}

func TestHearsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		mood  assisttest.Mood
		heard string
		f     dialogue.Enclosed
		why   llm.Why
	}{
		"down":         {assisttest.Down, "x", voice("audio/ogg"), llm.Down},
		"slow":         {assisttest.Slow, "x", voice("audio/ogg"), llm.Slow},
		"a page":       {assisttest.Page, "x", voice("audio/ogg"), llm.Garbled},
		"silence":      {assisttest.Good, "  ", voice("audio/ogg"), llm.Empty},
		"a loop":       {assisttest.Good, strings.Repeat("Legendas por Ana. ", 40), voice("audio/ogg"), llm.Looping},
		"a video":      {assisttest.Good, "x", voice("video/mp4"), llm.Unwanted},
		"no such file": {assisttest.Good, "x", dialogue.Enclosed{File: message.Attachment{MediaType: "audio/ogg", Digest: "other"}}, llm.Needless},
		"unwanted": {assisttest.Good, "x", func() dialogue.Enclosed {
			f := voice("audio/ogg")
			f.Organisation.NoAssistant = true
			return f
		}(), llm.Unwanted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil, withVoice)
				r.server.Always(c.mood)
				r.server.Hears(func(assisttest.Audio) string { return c.heard })
				got, err := r.Hear(t.Context(), c.f)
				var f *llm.Failure
				if got != "" || !errors.As(err, &f) || f.Why != c.why {
					t.Errorf("heard %q, %v; want the reason %s", got, err, c.why)
				}
			})
		})
	}
}
