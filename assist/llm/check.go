package llm

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"recado/core/catalog"
	"recado/core/dialogue"
)

// Report is what a try of the model showed.
type Report struct {
	Took       time.Duration
	Structured bool // the server holds the model to a schema; else the prompt asks for it
}

// CheckEmbeddings has two texts turned into vectors, and tells how many numbers each has.
// Errors are *Failure.
func (a *Assistant) CheckEmbeddings(ctx context.Context) (took time.Duration, numbers int, err error) {
	began := a.o.Clock.Now()
	vectors, err := a.Embedder().embed(ctx, payer{}, []string{"O relatório não abre", "Como trocar a senha"})
	if err != nil {
		return 0, 0, err
	}
	return a.o.Clock.Now().Sub(began), len(vectors[0]), nil
}

// CheckPictures has the model look at a picture on which "539" stands. reads is false when
// it saw that there is something, and not what. Errors are *Failure.
func (a *Assistant) CheckPictures(ctx context.Context) (took time.Duration, reads bool, err error) {
	address, err := addressOf(number539())
	if err != nil {
		return 0, false, err
	}
	ask, err := a.pictureRequest(address, "pt-BR")
	if err != nil {
		return 0, false, err
	}
	began := a.o.Clock.Now()
	content, err := a.call(ctx, payer{}, ask)
	if err != nil {
		return 0, false, err
	}
	sight, err := sightOf(content, ask.system)
	return a.o.Clock.Now().Sub(began), strings.Contains(sight.Reads+sight.Shows, "539"), err
}

// number539 is a picture of the number, black on white.
func number539() []byte {
	rows := []string{ // a cell is 20 pixels wide
		".................",
		".####..####..####.",
		".#........#..#..#.",
		".####..####..####.",
		"....#.....#.....#.",
		".####..####..####.",
		".................",
	}
	const cell, wide = 20, 18
	img := image.NewGray(image.Rect(0, 0, wide*cell, len(rows)*cell))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			row := rows[y/cell]
			if x/cell >= len(row) || row[x/cell] == '.' {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // in memory
	return b.Bytes()
}

// Check has the model read an invented message, as it will read people's. It asks
// whatever the breaker and the budget say, and counts nothing. Errors are *Failure.
func (a *Assistant) Check(ctx context.Context) (Report, error) {
	t := &triage{brief: dialogue.Brief{Text: "O relatório de vendas não abre desde ontem, aparece o erro 500."}}
	t.brief.Offer = catalog.Offer{Products: []catalog.Item{{ID: "sales", Level: catalog.Product, Name: "Vendas"}}}
	t.offered = newOffered(t.brief.Offer, "pt-BR")
	ask, err := t.request(a.prompts, a.o.Desk)
	if err != nil {
		return Report{}, err
	}
	began := a.o.Clock.Now()
	res, err := a.client.chat(ctx, ask)
	if err != nil {
		return Report{}, failureOf(err)
	}
	content, err := contentOf(res)
	if err != nil {
		return Report{}, err
	}
	if _, err := t.reading(content, dialogue.Reading{}); err != nil {
		return Report{}, err
	}
	a.client.mu.Lock()
	defer a.client.mu.Unlock()
	return Report{
		Took:       a.o.Clock.Now().Sub(began),
		Structured: a.client.manner.format == openai.ChatCompletionResponseFormatTypeJSONSchema,
	}, nil
}
