package tnef

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Message is what a stream holds.
type Message struct {
	Subject string
	Text    string // the body as text; empty when there is none, or only HTML
	HTML    string // the body as HTML, its own or out of RTF
	Files   []File
}

// File is something attached.
type File struct {
	Name, MediaType, ContentID string
	Content                    []byte
}

// Decode makes UTF-8 of bytes in a charset that is named as in MIME.
type Decode func(raw []byte, label string) string

// ErrDamaged is returned beside what could be read of a stream that breaks off or
// contradicts itself.
var ErrDamaged = errors.New("tnef: the stream is damaged")

// ErrOther is returned for bytes that are no TNEF at all.
var ErrOther = errors.New("tnef: no such stream")

// Attributes ([MS-OXTNEF] section 2.1.3.4): level, type and id.
const (
	attSubject      = 0x00018004
	attBody         = 0x0002800c
	attMessageProps = 0x00069003
	attCodepage     = 0x00069007
	attRenderData   = 0x00069002 // begins an attachment
	attAttachTitle  = 0x00018010
	attAttachData   = 0x0006800f
	attAttachProps  = 0x00069005

	levelMessage    = 1
	levelAttachment = 2
)

const (
	signature   = 0x223e9f78
	maxFiles    = 500
	maxEmbedded = 3 // mails within mails
)

// Is reports whether bytes begin as such a stream does.
func Is(raw []byte) bool { return len(raw) >= 6 && binary.LittleEndian.Uint32(raw) == signature }

// Read takes a stream apart.
func Read(raw []byte, decode Decode) (Message, error) { return read(raw, decode, 0) }

func read(raw []byte, decode Decode, depth int) (Message, error) {
	if !Is(raw) {
		return Message{}, ErrOther
	}
	r := reader{decode: decode, codepage: 1252, depth: depth}
	err := r.attributes(raw[6:])
	r.settle()
	return r.Message, err
}

// reader is one stream while it is read.
type reader struct {
	Message
	decode   Decode
	codepage uint32 // of text that is not Unicode
	depth    int

	rtf, html []byte
	cpHTML    uint32
	open      bool // an attachment is being described: the last of Files
	damaged   bool
}

func (r *reader) attributes(raw []byte) error {
	for len(raw) > 0 {
		const head, checksum = 9, 2
		if len(raw) < head {
			return ErrDamaged
		}
		level, id := raw[0], binary.LittleEndian.Uint32(raw[1:])
		length := binary.LittleEndian.Uint32(raw[5:])
		raw = raw[head:]
		if uint64(length) > uint64(len(raw)) {
			r.attribute(level, id, raw) // what there is
			return ErrDamaged
		}
		r.attribute(level, id, raw[:length:length])
		if raw = raw[length:]; len(raw) < checksum {
			break
		}
		raw = raw[checksum:] // of no use: many writers get it wrong
	}
	if r.damaged {
		return ErrDamaged
	}
	return nil
}

func (r *reader) attribute(level byte, id uint32, data []byte) {
	switch {
	case id == attCodepage && len(data) >= 4:
		if cp := binary.LittleEndian.Uint32(data); cp != 0 {
			r.codepage = cp
		}
	case id == attSubject:
		r.Subject = r.text(data)
	case id == attBody:
		r.Text = r.text(data)
	case id == attMessageProps && level == levelMessage:
		r.properties(data, r.messageProperty)
	case id == attRenderData:
		r.begin()
	case level != levelAttachment:
	case id == attAttachTitle:
		if f := r.file(); f != nil && f.Name == "" {
			f.Name = r.text(data)
		}
	case id == attAttachData:
		if f := r.file(); f != nil {
			f.Content = data
		}
	case id == attAttachProps:
		r.properties(data, r.attachProperty)
	}
}

func (r *reader) begin() {
	r.open = len(r.Files) < maxFiles
	if r.open {
		r.Files = append(r.Files, File{})
	}
}

// file is the attachment that is being described; nil when there are too many.
func (r *reader) file() *File {
	if !r.open && len(r.Files) == 0 {
		r.begin() // the beginning was lost
	}
	if !r.open {
		return nil
	}
	return &r.Files[len(r.Files)-1]
}

// text is a string of one byte a character, up to its zero.
func (r *reader) text(data []byte) string {
	if end := bytes.IndexByte(data, 0); end >= 0 {
		data = data[:end]
	}
	return r.decode(data, label(r.codepage))
}

// label is the MIME name of a code page of Windows.
func label(codepage uint32) string {
	switch codepage {
	case 65001:
		return "utf-8"
	case 20127:
		return "us-ascii"
	case 28591, 28592, 28593, 28594, 28595, 28597, 28599, 28605:
		return fmt.Sprintf("iso-8859-%d", codepage-28590)
	case 932:
		return "shift_jis"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 20866:
		return "koi8-r"
	case 50220, 50221, 50222:
		return "iso-2022-jp"
	case 54936:
		return "gb18030"
	case 437, 850, 852, 855, 860, 862, 866:
		return fmt.Sprintf("ibm%d", codepage)
	}
	return fmt.Sprintf("windows-%d", codepage)
}

// settle chooses the body and drops attachments without content.
func (r *reader) settle() {
	if len(r.html) > 0 {
		cp := r.cpHTML
		if cp == 0 {
			cp = r.codepage
		}
		r.HTML = r.decode(bytes.TrimRight(r.html, "\x00"), label(cp))
	}
	if r.HTML == "" && len(r.rtf) > 0 {
		rtf, err := inflate(r.rtf)
		r.damaged = r.damaged || err != nil
		text, html := readRTF(rtf, r.decode)
		if r.HTML = html; r.Text == "" {
			r.Text = text
		}
	}
	kept := r.Files[:0]
	for _, f := range r.Files {
		if len(f.Content) > 0 {
			kept = append(kept, f)
		}
	}
	r.Files = kept
}
