package tnef

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Property types ([MS-OXCDATA] section 2.11.1) that are not of one fixed size.
const (
	typeObject  = 0x000d
	typeString  = 0x001e
	typeUnicode = 0x001f
	typeBinary  = 0x0102
	manyValues  = 0x1000
)

// fixed sizes, as they are padded here.
var sizes = map[uint16]int{
	0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8,
	0x000a: 4, 0x000b: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16,
}

// Properties ([MS-OXPROPS]).
const (
	propSubject       = 0x0037
	propBody          = 0x1000
	propRTF           = 0x1009
	propHTML          = 0x1013
	propCodepage      = 0x3fde
	propName          = 0x3001
	propAttachData    = 0x3701
	propAttachName    = 0x3704
	propAttachLong    = 0x3707
	propAttachMIME    = 0x370e
	propAttachContent = 0x3712
)

// prop is one value of a property.
type prop struct {
	id, kind uint16
	data     []byte
}

// properties reads a list ([MS-OXTNEF] section 2.1.3.3) and gives each value to use.
func (r *reader) properties(data []byte, use func(prop)) {
	c := cursor{data: data}
	for range c.u32() {
		kind, id := c.u16(), c.u16()
		if id >= 0x8000 { // a named one
			c.take(16)
			if c.u32() == 0 {
				c.u32()
			} else {
				c.padded(c.u32())
			}
		}
		c.values(prop{id: id, kind: kind}, use)
		if c.failed {
			r.damaged = true
			return
		}
	}
}

func (c *cursor) values(p prop, use func(prop)) {
	many := p.kind&manyValues != 0
	p.kind &^= manyValues
	size, fixed := sizes[p.kind]
	switch p.kind {
	case typeObject, typeString, typeUnicode, typeBinary:
	default:
		if !fixed {
			c.failed = true
			return
		}
	}
	n := uint32(1)
	if many || !fixed {
		n = c.u32()
	}
	for range n {
		if fixed {
			p.data = c.take(size)
		} else {
			p.data = c.padded(c.u32())
		}
		if c.failed || fixed && size == 0 {
			return
		}
		if !many {
			use(p)
		}
	}
}

// cursor reads little-endian values; after a failure all are zero.
type cursor struct {
	data   []byte
	failed bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.data) || n < 0 || c.failed {
		c.failed = true
		return nil
	}
	out := c.data[:n:n]
	c.data = c.data[n:]
	return out
}

// padded takes n bytes and what fills them up to a multiple of four.
func (c *cursor) padded(n uint32) []byte {
	if uint64(n) > uint64(len(c.data)) {
		c.failed = true
		return nil
	}
	out := c.take(int(n))
	if fill := int(-n & 3); fill <= len(c.data) {
		c.take(fill)
	} else {
		c.data = nil
	}
	return out
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// string of a property, in either form.
func (r *reader) string(p prop) string {
	if p.kind != typeUnicode {
		return r.text(p.data)
	}
	units := make([]uint16, 0, len(p.data)/2)
	for i := 0; i+1 < len(p.data); i += 2 {
		u := binary.LittleEndian.Uint16(p.data[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

func (r *reader) messageProperty(p prop) {
	switch p.id {
	case propSubject:
		r.Subject = r.string(p)
	case propBody:
		r.Text = r.string(p)
	case propRTF:
		r.rtf = p.data
	case propHTML:
		if r.html = p.data; p.kind == typeUnicode {
			r.HTML, r.html = r.string(p), nil
		}
	case propCodepage:
		if len(p.data) >= 4 {
			r.cpHTML = binary.LittleEndian.Uint32(p.data)
		}
	}
}

func (r *reader) attachProperty(p prop) {
	f := r.file()
	if f == nil {
		return
	}
	switch p.id {
	case propAttachLong:
		f.Name = r.string(p)
	case propAttachName, propName:
		if f.Name == "" {
			f.Name = r.string(p)
		}
	case propAttachMIME:
		f.MediaType = r.string(p)
	case propAttachContent:
		f.ContentID = r.string(p)
	case propAttachData:
		if p.kind == typeObject {
			r.embedded(f, p.data)
		} else if len(f.Content) == 0 {
			f.Content = p.data
		}
	}
}

// embedded is a mail within the mail: an interface id of 16 bytes, then a stream. Its
// files come out beside ours, its words as a file.
func (r *reader) embedded(f *File, data []byte) {
	const id = 16
	if len(data) <= id || !Is(data[id:]) || r.depth == maxEmbedded {
		if len(f.Content) == 0 {
			f.Content = data
		}
		return
	}
	inner, err := read(data[id:], r.decode, r.depth+1)
	r.damaged = r.damaged || err != nil
	name := f.Name
	if name == "" {
		name = inner.Subject
	}
	f.Name, f.MediaType, f.Content = name+".txt", "text/plain", []byte(inner.Text)
	if inner.HTML != "" {
		f.Name, f.MediaType, f.Content = name+".html", "text/html", []byte(inner.HTML)
	}
	if len(bytes.TrimSpace(f.Content)) == 0 {
		f.Content = nil
	}
	r.Files = append(r.Files, inner.Files[:min(len(inner.Files), maxFiles-len(r.Files))]...)
	// What is still to be read describes the mail, whose place is no longer the last.
	r.open = false
}
