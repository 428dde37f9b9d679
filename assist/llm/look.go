package llm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif" // for their sizes
	_ "image/jpeg"
	_ "image/png"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"recado/core/dialogue"
	"recado/core/ticket"
)

var _ dialogue.Viewer = (*Assistant)(nil)

// viewed are the kinds of picture that models take (OpenAI's guide to images and vision).
var viewed = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}

// Figures of looking.
const (
	largestPicture = 5 << 20    // bytes; servers take that much after base64 made a third more of it
	mostPixels     = 50_000_000 // more would only be made smaller
	leastSide      = 64         // pixels: less is a logo, a line or a counter of readers
	pictureTokens  = 3000       // what a picture takes in detail, at most; usual is half
	sightTokens    = 600        // of an answer
	longestShows   = 600        // bytes
	longestReads   = 2400       // bytes
)

// Views implements dialogue.Viewer.
func (a *Assistant) Views(mediaType string) bool {
	kind, _, err := mime.ParseMediaType(mediaType)
	return err == nil && a.o.Pictures && a.o.Files != nil && slices.Contains(viewed, kind)
}

// View implements dialogue.Viewer. Nobody stands in: the picture itself stays. What is to
// be seen on it cannot be replaced before it leaves, as words can.
func (a *Assistant) View(ctx context.Context, f dialogue.Enclosed) (dialogue.Sight, error) {
	sight, err := a.view(ctx, f)
	a.told(ctx, "picture", err)
	return sight, err
}

func (a *Assistant) view(ctx context.Context, f dialogue.Enclosed) (dialogue.Sight, error) {
	none := dialogue.Sight{}
	if !a.Views(f.File.MediaType) || f.Organisation.NoAssistant {
		return none, fail(Unwanted, "")
	}
	address, err := a.pictureOf(ctx, f)
	if err != nil {
		return none, err
	}
	ask, err := a.pictureRequest(address, f.Language)
	if err != nil {
		return none, err
	}
	content, err := a.call(ctx, payer{string(f.Organisation.ID), f.Conversation}, ask)
	if err != nil {
		return none, err
	}
	sight, err := sightOf(content, ask.system)
	if err != nil {
		return none, err
	}
	sight.File, sight.Name = f.File.Digest, f.File.Name
	return sight, nil
}

// pictureRequest asks what a picture shows.
func (a *Assistant) pictureRequest(address, language string) (request, error) {
	name, ok := languageNames[language]
	if !ok {
		name = "Brazilian Portuguese"
	}
	system, err := a.prompts.render(picturePrompt, map[string]any{"Desk": oneLine(a.o.Desk), "Language": name})
	if err != nil {
		return request{}, err
	}
	text := map[string]any{"type": "string"}
	schema, err := json.Marshal(object(map[string]any{"shows": text, "reads": text}))
	if err != nil {
		return request{}, fmt.Errorf("write the schema: %w", err)
	}
	return request{purpose: "picture", system: system, user: "The picture:", picture: address, schema: schema, maxTokens: sightTokens}, nil
}

// pictureOf reads a picture into a data: address. What it is, its bytes say: what a sender
// calls it counts for nothing.
func (a *Assistant) pictureOf(ctx context.Context, f dialogue.Enclosed) (string, error) {
	if f.File.Size > largestPicture {
		return "", fail(Unfit, "the picture is too large")
	}
	r, err := a.o.Files.Open(ctx, f.File.Digest)
	if err != nil {
		return "", fail(Needless, "the picture cannot be opened")
	}
	defer func() { _ = r.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(r, largestPicture+1))
	if err != nil {
		return "", fail(Needless, "the picture cannot be read")
	}
	return addressOf(data)
}

// kindOf is what the bytes of a picture say that it is; "" for what models do not take.
func kindOf(data []byte) string {
	if kind := http.DetectContentType(data); slices.Contains(viewed, kind) {
		return kind
	}
	return ""
}

// addressOf is a picture as it leaves.
func addressOf(data []byte) (string, error) {
	kind := kindOf(data)
	if len(data) > largestPicture || kind == "" {
		return "", fail(Unfit, "too large, or no picture that models take")
	}
	if data = bare(kind, data); data == nil {
		return "", fail(Unfit, "a picture that is not made as its kind is")
	}
	if kind != "image/webp" { // whose size only a library could tell
		size, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || min(size.Width, size.Height) < leastSide || size.Width*size.Height > mostPixels {
			return "", fail(Unfit, "a picture of no size to look at")
		}
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

// sightOf reads the answer: two texts, of which only the first must be there. It names no
// address: of a picture without words it may become a subject, which customers read.
func sightOf(content, system string) (dialogue.Sight, error) {
	var f struct {
		Shows string `json:"shows"`
		Reads string `json:"reads"`
	}
	if err := decode(content, &f); err != nil {
		return dialogue.Sight{}, err
	}
	out := dialogue.Sight{Shows: leads.ReplaceAllString(oneLine(clip(f.Shows, maxAnswer)), "…"), Reads: strings.TrimSpace(clip(f.Reads, maxAnswer))}
	switch {
	case out.Shows == "":
		return dialogue.Sight{}, fail(Empty, "")
	case len(out.Shows) > longestShows:
		return dialogue.Sight{}, fail(Huge, "more than two sentences")
	case loops(out.Shows) || loops(out.Reads):
		return dialogue.Sight{}, fail(Looping, "")
	case echoes(out.Shows, system):
		return dialogue.Sight{}, fail(Foreign, "the instructions themselves")
	}
	if len(out.Reads) > longestReads {
		out.Reads = ticket.Shorten(out.Reads, longestReads/2)
	}
	return out, nil
}
