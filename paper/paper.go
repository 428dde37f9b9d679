// Package paper makes a ticket a PDF file (B10), A4, with its fonts inside, so that it
// looks the same wherever it is printed.
//
// Promises: it writes what a dialogue.Sheet says and nothing else; who may see what was
// decided there. The same sheet is the same file, byte for byte, for a store that keeps
// files by their content. Signs that the fonts do not have are written as □.
package paper

import (
	"bytes"
	"context"
	_ "embed" // the fonts
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"

	"recado/core/dialogue"
	"recado/core/message"
)

// DejaVu Sans Condensed: Latin, Greek, Cyrillic and most signs; see fonts/LICENSE.
var (
	//go:embed fonts/DejaVuSansCondensed.ttf
	regular []byte
	//go:embed fonts/DejaVuSansCondensed-Bold.ttf
	bold []byte
)

// Keeper keeps a file by its content.
type Keeper interface {
	Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error)
}

// Printer implements dialogue.Printer.
type Printer struct{ files Keeper }

var _ dialogue.Printer = (*Printer)(nil)

// New returns a Printer that keeps what it makes in files.
func New(files Keeper) *Printer { return &Printer{files: files} }

// Print makes the file and keeps it.
func (p *Printer) Print(ctx context.Context, s dialogue.Sheet) (message.Attachment, error) {
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		return message.Attachment{}, err
	}
	digest, size, err := p.files.Keep(ctx, &b, message.MaxFileSize)
	if err != nil {
		return message.Attachment{}, fmt.Errorf("paper: keep %s: %w", s.File, err)
	}
	return message.Attachment{Name: s.File + ".pdf", MediaType: "application/pdf", Size: size, Digest: digest}, nil
}

// Measures, in millimetres and points.
const (
	margin    = 18.0
	font      = "sans"
	titleSize = 15.0
	textSize  = 9.5
	smallSize = 8.0
	line      = 4.8 // the height of a line of text
	smallLine = 4.0
	labels    = 34.0 // the width of the column of labels
	mostPages = 500
)

// Write makes the PDF.
func Write(w io.Writer, s dialogue.Sheet) error {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes(font, "", regular)
	pdf.AddUTF8FontFromBytes(font, "B", bold)
	pdf.SetCreationDate(time.Unix(0, 0).UTC()) // the same sheet is the same file
	pdf.SetModificationDate(time.Unix(0, 0).UTC())
	pdf.SetCatalogSort(true)
	pdf.SetTitle(s.Number+" · "+plain(s.Subject), true)
	pdf.SetAuthor(plain(s.Desk), true)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, margin+4)
	pdf.AliasNbPages("")
	d := &drawing{pdf}
	pdf.SetFooterFunc(func() { d.foot(s) })
	pdf.AddPage()
	d.head(s)
	d.fields(s.Fields)
	d.said(s)
	if pdf.PageNo() > mostPages {
		return errors.New("paper: the ticket is too long")
	}
	if err := pdf.Output(w); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	return nil
}

// drawing is a sheet under way.
type drawing struct{ *fpdf.Fpdf }

func (d *drawing) ink(gray int) { d.SetTextColor(gray, gray, gray) }

func (d *drawing) head(s dialogue.Sheet) {
	d.SetFont(font, "", smallSize)
	d.ink(110)
	d.CellFormat(0, smallLine, plain(s.Desk), "", 1, "L", false, 0, "")
	d.SetFont(font, "B", titleSize)
	d.ink(20)
	d.MultiCell(0, 7, s.Number, "", "L", false)
	d.SetFont(font, "B", 11)
	d.MultiCell(0, 5.6, plain(s.Subject), "", "L", false)
	d.Ln(1.5)
	d.rule()
}

func (d *drawing) rule() {
	d.SetDrawColor(200, 200, 200)
	d.Line(margin, d.GetY(), d.width()+margin, d.GetY())
	d.Ln(2.5)
}

// width is the room between the margins.
func (d *drawing) width() float64 {
	w, _ := d.GetPageSize()
	return w - 2*margin
}

func (d *drawing) fields(all []dialogue.SheetField) {
	for _, f := range all {
		d.SetFont(font, "", textSize)
		d.ink(110)
		d.CellFormat(labels, line, plain(f.Label), "", 0, "L", false, 0, "")
		d.ink(20)
		d.MultiCell(0, line, plain(f.Value), "", "L", false)
	}
	d.Ln(2)
	d.rule()
}

func (d *drawing) said(s dialogue.Sheet) {
	d.SetFont(font, "B", 11)
	d.ink(20)
	d.CellFormat(0, 6, plain(s.Heading), "", 1, "L", false, 0, "")
	d.Ln(1)
	for _, e := range s.Said {
		d.entry(e)
	}
}

// entry is who, when, and the words; the team's have a bar beside their first line.
func (d *drawing) entry(e dialogue.SheetEntry) {
	_, height := d.GetPageSize()
	if d.GetY()+3*line > height-margin-4 {
		d.AddPage() // a name does not stay behind alone
	}
	if e.Team {
		d.SetFillColor(70, 110, 180)
	} else {
		d.SetFillColor(200, 200, 200)
	}
	d.Rect(margin, d.GetY()+0.6, 1, line-1.2, "F")
	d.SetX(margin + 3)
	d.SetFont(font, "B", textSize)
	d.ink(20)
	name := plain(e.By)
	d.CellFormat(d.GetStringWidth(name)+3, line, name, "", 0, "L", false, 0, "")
	d.SetFont(font, "", smallSize)
	d.ink(110)
	d.CellFormat(0, line, plain(e.At), "", 1, "L", false, 0, "")
	d.SetLeftMargin(margin + 3)
	d.SetX(margin + 3)
	d.SetFont(font, "", textSize)
	if !e.Gone {
		d.ink(20)
	}
	if text := plain(e.Text); text != "" {
		d.MultiCell(0, line, text, "", "L", false)
	}
	d.SetFont(font, "", smallSize)
	d.ink(110)
	for _, file := range e.Files {
		d.MultiCell(0, smallLine, "▪ "+plain(file), "", "L", false)
	}
	d.SetLeftMargin(margin)
	d.SetX(margin)
	d.Ln(2.5)
}

func (d *drawing) foot(s dialogue.Sheet) {
	d.SetXY(margin, -margin+2) // a page may end within an entry, which is indented
	d.SetFont(font, "", smallSize)
	d.ink(110)
	d.CellFormat(d.width()-20, smallLine, plain(s.Foot), "", 0, "L", false, 0, "")
	d.CellFormat(20, smallLine, fmt.Sprintf("%d/{nb}", d.PageNo()), "", 0, "R", false, 0, "")
}

// plain leaves out what a PDF cannot show: signs without a form of their own, and the
// marks that only say how an emoji is drawn. The library fails on what is beyond the
// first 65,536 signs.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Zl, unicode.Zp, unicode.Me):
			return -1
		case r > 0xffff, r == 0xfffd, r >= 0xe000 && r <= 0xf8ff:
			return '□'
		}
		return r
	}, strings.ToValidUTF8(text, "□"))
}
