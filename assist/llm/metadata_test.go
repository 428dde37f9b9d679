package llm

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// shot is a picture of some pixels.
func shot() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 70, 80))
	for i := range 70 {
		img.Set(i, i, color.RGBA{R: 200, G: uint8(i), A: 255})
	}
	return img
}

// segment is one of a JPEG.
func segment(mark byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, mark}, uint16(len(body)+2)), body...)
}

// exif tells a way up and where it was taken, in a byte order.
func exif(order binary.AppendByteOrder, mark string, way uint16) string {
	b := []byte(mark)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010F, 0}, {0x0112, way}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = order.AppendUint16(b, 0)
	}
	return "Exif\x00\x00" + string(b) + "GPS 23.55 S, Ana's phone"
}

func taken(t testing.TB, extra ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shot(), nil); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	return slices.Concat(data[:2], bytes.Join(extra, nil), data[2:])
}

func TestBareJPEG(t *testing.T) {
	plain := taken(t)
	for name, c := range map[string]struct {
		extra [][]byte
		way   uint16 // that it keeps
	}{
		"as it is":       {nil, 0},
		"exif":           {[][]byte{segment(markApp1, exif(binary.BigEndian, "MM", 6))}, 6},
		"the other way":  {[][]byte{segment(markApp1, exif(binary.LittleEndian, "II", 8))}, 8},
		"upright":        {[][]byte{segment(markApp1, exif(binary.LittleEndian, "II", 1))}, 0},
		"no way at all":  {[][]byte{segment(markApp1, exif(binary.BigEndian, "MM", 77))}, 0},
		"broken exif":    {[][]byte{segment(markApp1, "Exif\x00\x00MM\x00*\xff\xff\xff\xff GPS"), segment(markApp1, "Exif\x00\x00")}, 0},
		"xmp, and words": {[][]byte{segment(markApp1, "http://ns.adobe.com/xap/1.0/\x00 GPS"), segment(0xED, "Photoshop GPS"), segment(markComment, "Ana's phone")}, 0},
		"two pictures":   {[][]byte{segment(markApp2, "MPF\x00 GPS"), {0xFF}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			data := append(taken(t, c.extra...), "and a film of Ana's phone, GPS"...)
			got := bare("image/jpeg", data)
			if bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Ana")) {
				t.Errorf("it tells where it was taken: %q", got[:60])
			}
			want := slices.Concat(plain[:2], upright(c.way), plain[2:])
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes, want %d", len(got), len(want))
			}
			if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
				t.Error(err)
			}
			if c.way > 0 && wayUp(upright(c.way)[10:]) != c.way {
				t.Errorf("the way up was lost")
			}
		})
	}
	colours := taken(t, segment(markApp2, "ICC_PROFILE\x00\x01\x01..."), segment(markApp14, "Adobe\x00\x64\x00\x00\x00\x00\x01"))
	if !bytes.Equal(bare("image/jpeg", colours), colours) {
		t.Error("its colours were lost")
	}
}

func TestBarePNGAndWebP(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, shot()); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	chunk := func(kind, body string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind+body+"\x00\x00\x00\x00"...)
	}
	told := slices.Concat(plain[:33], chunk("tEXt", "GPS"), chunk("eXIf", "GPS"), chunk("iTXt", "GPS"), plain[33:], []byte("GPS"))
	if got := bare("image/png", told); !bytes.Equal(got, plain) {
		t.Errorf("png: %q", got)
	}
	webp := func(flags, rest string) []byte {
		body := "WEBPVP8X\x0a\x00\x00\x00" + flags + "123456789" + "VP8 \x03\x00\x00\x00abc\x00" + rest
		return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
	}
	got := bare("image/webp", append(webp("\x3f", "EXIF\x03\x00\x00\x00GPS\x00XMP \x04\x00\x00\x00 GPS"), "GPS"...))
	if want := webp("\x33", ""); !bytes.Equal(got, want) {
		t.Errorf("webp: %q, want %q", got, want)
	}
	if gif := []byte("GIF89a..."); !bytes.Equal(bare("image/gif", gif), gif) {
		t.Error("a gif was touched")
	}
}

// Whatever is sent, nothing breaks; what is bare stays as it is; and the picture is the same.
func FuzzBare(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, shot()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(taken(f, segment(markApp1, exif(binary.BigEndian, "MM", 6))))
	f.Add([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x01\x00\x00\x00\x0c\x00EXIF"))
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9})
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := kindOf(data)
		if kind == "" {
			return
		}
		once := bare(kind, data)
		if once == nil {
			return
		}
		if twice := bare(kind, once); !bytes.Equal(once, twice) {
			t.Fatalf("%s: %q, and then %q", kind, once, twice)
		}
		size, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || size.Width > 500 || size.Height > 500 {
			return
		}
		was, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		is, _, err := image.Decode(bytes.NewReader(once))
		if err != nil || is.Bounds() != was.Bounds() || is.At(0, 0) != was.At(0, 0) {
			t.Fatalf("%s: another picture (%v)", kind, err)
		}
	})
}
