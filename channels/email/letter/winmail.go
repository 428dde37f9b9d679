package letter

import (
	"strings"

	"recado/channels/email/letter/tnef"
)

func isTNEF(e entity) bool {
	switch e.mediaType {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	case "application/octet-stream":
		return strings.EqualFold(e.fileName(), "winmail.dat")
	}
	return false
}

// tnef takes winmail.dat apart: what is inside counts in its place. One that is
// damaged, or holds nothing for people, is kept as well.
func (w *walker) tnef(e entity, content body) []Segment {
	raw := content.bytes()
	m, err := tnef.Read(raw, decodeCharset)
	for _, f := range m.Files {
		if w.Parts == maxParts {
			break
		}
		w.Parts++
		kind := strings.ToLower(OneLine(f.MediaType))
		if kind == "" {
			kind = "application/octet-stream"
		}
		w.Files = append(w.Files, File{
			Name: FileName(f.Name, kind, w.nth()), MediaType: kind, contentID: f.ContentID, body: body{raw: f.Content},
		})
	}
	words := Segment{Plain: Tidy(m.Text), HTML: m.HTML}
	hasWords := strings.TrimSpace(words.Plain) != "" || words.HTML != ""
	if err != nil || len(m.Files) == 0 && !hasWords {
		w.Parts++
		w.Files = append(w.Files, w.file(e, body{raw: raw}))
	}
	if !hasWords {
		return nil
	}
	w.packed = append(w.packed, words) // Exchange sends the same words beside it: finish decides
	return nil
}
