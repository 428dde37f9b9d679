package llm

import (
	"bytes"
	"encoding/binary"
)

// bare is a picture without what cameras and programs write into it: where, when and with
// what it was taken, by whom, a smaller picture of it, and what hangs behind its end. The
// way up of a JPEG stays. nil: it is not made as its kind is. GIF is left as it is.
func bare(kind string, data []byte) []byte {
	switch kind {
	case "image/jpeg":
		return bareJPEG(data)
	case "image/png":
		return barePNG(data)
	case "image/webp":
		return bareWebP(data)
	}
	return data
}

// Markers of JPEG (ITU T.81, table B.1), and of what stands in the segments of programs.
const (
	markEnd     = 0xD9
	markScan    = 0xDA
	markApp0    = 0xE0 // JFIF
	markApp1    = 0xE1 // Exif and XMP
	markApp2    = 0xE2 // colours; other things too
	markApp14   = 0xEE // how colours are to be read, by Adobe
	markApp15   = 0xEF
	markComment = 0xFE
)

var (
	exifHead = []byte("Exif\x00\x00")
	iccHead  = []byte("ICC_PROFILE\x00")
)

// bareJPEG copies the segments that make the picture, up to its end.
func bareJPEG(data []byte) []byte {
	out := bytes.Clone(data[:2])
	for i := 2; ; {
		for i+1 < len(data) && data[i] == 0xFF && data[i+1] == 0xFF { // fill bytes
			i++
		}
		if i+4 > len(data) || data[i] != 0xFF {
			return nil
		}
		mark, length := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		end := i + 2 + length
		if length < 2 || end > len(data) {
			return nil
		}
		out = append(out, keptOf(mark, data[i:end])...)
		i = end
		if mark != markScan {
			continue
		}
		for i+1 < len(data) && (data[i] != 0xFF || data[i+1] == 0 || data[i+1]&0xF8 == 0xD0) { // the scan itself
			i++
		}
		out = append(out, data[end:i]...)
		if i+1 < len(data) && data[i+1] == markEnd {
			return append(out, 0xFF, markEnd)
		}
	}
}

// keptOf is what stays of a segment.
func keptOf(mark byte, segment []byte) []byte {
	switch body := segment[4:]; {
	case mark == markApp1 && bytes.HasPrefix(body, exifHead):
		return upright(wayUp(body[len(exifHead):]))
	case mark == markApp2 && !bytes.HasPrefix(body, iccHead), mark == markComment:
		return nil
	case mark > markApp0 && mark <= markApp15 && mark != markApp2 && mark != markApp14:
		return nil
	}
	return segment
}

// wayUp is the orientation that Exif tells (Exif 2.3, 4.6.4: tag 0x0112), 1 to 8; 0: none.
func wayUp(tiff []byte) uint16 {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 {
			if way := order.Uint16(entries[8:]); way >= 1 && way <= 8 {
				return way
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// upright is an Exif segment that tells the way up alone; nil when there is nothing to tell.
func upright(way uint16) []byte {
	if way < 2 {
		return nil
	}
	out := []byte{0xFF, markApp1, 0, 34}
	out = append(out, exifHead...)
	out = append(out, "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"...)
	out = binary.BigEndian.AppendUint16(out, way)
	return append(out, 0, 0, 0, 0, 0, 0)
}

// barePNG copies all chunks but those of words, of Exif and of time (PNG, 11.3), up to the end.
func barePNG(data []byte) []byte {
	const head = 8
	out := bytes.Clone(data[:head])
	for rest := data[head:]; len(rest) >= 12; {
		length := uint64(binary.BigEndian.Uint32(rest)) + 12
		if length > uint64(len(rest)) {
			return nil
		}
		chunk := rest[:length]
		rest = rest[length:]
		switch string(chunk[4:8]) {
		case "tEXt", "zTXt", "iTXt", "eXIf", "tIME":
			continue
		case "IEND":
			return append(out, chunk...)
		}
		out = append(out, chunk...)
	}
	return nil
}

// bareWebP copies all chunks but Exif and XMP, and tells of neither (RFC 9649, 2.7).
func bareWebP(data []byte) []byte {
	const head = 12
	if len(data) < head {
		return nil
	}
	out := bytes.Clone(data[:head])
	size := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
	if size > uint64(len(data)) || size < head {
		return nil
	}
	for rest := data[head:size]; len(rest) >= 8; {
		length := uint64(binary.LittleEndian.Uint32(rest[4:])) + 8
		if length > uint64(len(rest)) {
			return nil
		}
		chunk := bytes.Clone(rest[:length])
		rest = rest[length:]
		if length%2 == 1 && len(rest) > 0 { // they begin at even places
			chunk, rest = append(chunk, 0), rest[1:]
		}
		switch string(chunk[:4]) {
		case "EXIF", "XMP ":
			continue
		case "VP8X":
			if len(chunk) > 8 {
				chunk[8] &^= 0x0C
			}
		}
		out = append(out, chunk...)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}
