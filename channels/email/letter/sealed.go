package letter

import (
	"bytes"
	"strings"
)

// Object identifiers of CMS content types (RFC 5652, RFC 5083), in DER.
var (
	cmsSigned    = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	cmsEnveloped = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	cmsAuthEnv   = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17}
)

func isSMIME(e entity) bool {
	switch e.mediaType {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true
	case "application/octet-stream":
		return strings.HasSuffix(strings.ToLower(e.fileName()), ".p7m")
	}
	return false
}

// smime is a part in CMS (RFC 8551 section 3). Of what is only signed the inside is
// read, and the whole kept as its proof; what is enveloped nobody here can open.
func (w *walker) smime(e entity, content body, parent string, depth int) []Segment {
	raw := content.bytes()
	kind, inside := readCMS(raw)
	f := w.file(e, body{raw: raw})
	w.Parts++
	switch {
	case bytes.Equal(kind, cmsSigned) && len(inside) > 0:
		f.Inline = true
		w.Files = append(w.Files, f)
		h, content := parseHead(inside, true)
		return w.walk(newEntity(h, content, textPlain), parent, depth+1)
	case bytes.Equal(kind, cmsEnveloped), bytes.Equal(kind, cmsAuthEnv), strings.Contains(e.contentType.get("smime-type"), "enveloped"):
		w.sealedFile = true
	}
	w.Files = append(w.Files, f)
	return nil
}

// readCMS gives the type of a ContentInfo, and what a SignedData holds.
func readCMS(raw []byte) (kind, inside []byte) {
	const sequence, oid, number, set, tagged = 0x30, 0x06, 0x02, 0x31, 0xa0
	info := children(raw, sequence)
	if len(info) < 2 || info[0].tag != oid {
		return nil, nil
	}
	kind = info[0].content
	if !bytes.Equal(kind, cmsSigned) || info[1].tag != tagged {
		return kind, nil
	}
	signed := children(info[1].content, sequence)
	if len(signed) < 3 || signed[0].tag != number || signed[1].tag != set || signed[2].tag != sequence {
		return kind, nil
	}
	encapsulated := elements(signed[2].content)
	if len(encapsulated) < 2 || encapsulated[1].tag != tagged {
		return kind, nil // the text is elsewhere: multipart/signed
	}
	for _, e := range elements(encapsulated[1].content) {
		return kind, octets(e, 0)
	}
	return kind, nil
}

// element is one of BER (X.690), which is how Outlook writes CMS: lengths may be left
// open, and strings may come in pieces.
type element struct {
	tag     byte
	content []byte
}

const maxNesting = 12 // of open lengths, and of strings in pieces

// children are the elements in the first element of raw, if it has this tag.
func children(raw []byte, tag byte) []element {
	e, _, ok := cutElement(raw, 0)
	if !ok || e.tag != tag {
		return nil
	}
	return elements(e.content)
}

func elements(raw []byte) (all []element) {
	const most = 100000 // pieces of a string
	for len(raw) > 0 && len(all) < most {
		e, rest, ok := cutElement(raw, 0)
		if !ok || e.tag == 0 {
			break
		}
		all = append(all, e)
		raw = rest
	}
	return all
}

func cutElement(raw []byte, nesting int) (e element, rest []byte, ok bool) {
	if len(raw) < 2 || nesting > maxNesting || raw[0]&0x1f == 0x1f {
		return e, nil, false
	}
	e.tag = raw[0]
	length, head := int(raw[1]), 2
	switch n := int(raw[1] & 0x7f); {
	case raw[1] == 0x80:
		return cutOpen(raw, nesting)
	case raw[1] > 0x80:
		if n > 4 || len(raw) < 2+n {
			return e, nil, false
		}
		length = 0
		for _, c := range raw[2 : 2+n] {
			length = length<<8 | int(c)
		}
		head += n
	}
	if length > len(raw)-head { // cut off: what there is
		length = len(raw) - head
	}
	e.content = raw[head : head+length]
	return e, raw[head+length:], true
}

// cutOpen reads an element whose end is marked by two zeros.
func cutOpen(raw []byte, nesting int) (e element, rest []byte, ok bool) {
	e.tag = raw[0]
	at := raw[2:]
	for len(at) > 0 {
		inner, next, ok := cutElement(at, nesting+1)
		if !ok {
			return e, nil, false
		}
		if inner.tag == 0 && len(inner.content) == 0 {
			e.content = raw[2 : len(raw)-len(at)]
			return e, next, true
		}
		at = next
	}
	e.content = raw[2:]
	return e, nil, true
}

// octets are the bytes of a string, its pieces joined.
func octets(e element, nesting int) []byte {
	const constructed = 0x20
	if e.tag&constructed == 0 || nesting > maxNesting {
		return e.content
	}
	var out []byte
	for _, piece := range elements(e.content) {
		out = append(out, octets(piece, nesting+1)...)
	}
	return out
}

// Borders of OpenPGP in a text (RFC 9580 section 6.2, and 7 for signed text).
const (
	pgpSigned    = "-----BEGIN PGP SIGNED MESSAGE-----"
	pgpSignature = "-----BEGIN PGP SIGNATURE-----"
	pgpMessage   = "-----BEGIN PGP MESSAGE-----"
	pgpKey       = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
)

// cutPGP takes OpenPGP out of a text: the words that were signed stay, signatures and
// keys become decoration, and what is encrypted a file.
func cutPGP(text string) (rest string, files []File, sealed bool) {
	if !strings.Contains(text, "-----BEGIN PGP ") {
		return text, nil, false
	}
	var kept strings.Builder
	signed := false // between the head of a signed text and its signature
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); {
		line := strings.TrimRight(lines[i], " \t\r\n")
		n := 1
		switch {
		case line == pgpSigned:
			signed = true
			for i+n < len(lines) && strings.TrimSpace(lines[i+n]) != "" { // "Hash: SHA256"
				n++
			}
			n++
		case line == pgpSignature, line == pgpKey, line == pgpMessage:
			n = armorEnd(lines[i:])
			f := File{Name: "signature.asc", MediaType: "application/pgp-signature", Inline: line != pgpMessage}
			switch line {
			case pgpMessage:
				f.Name, f.MediaType, sealed = "encrypted.asc", "application/pgp-encrypted", true
			case pgpKey:
				f.Name, f.MediaType = "key.asc", "application/pgp-keys"
			}
			f.body.raw = []byte(strings.Join(lines[i:i+n], ""))
			if len(files) < maxPacked {
				files = append(files, f)
			}
			signed = signed && line != pgpSignature
		case signed:
			kept.WriteString(strings.TrimPrefix(lines[i], "- "))
		default:
			kept.WriteString(lines[i])
		}
		i = min(i+n, len(lines))
	}
	return kept.String(), files, sealed
}

// armorEnd is how many lines an armored block has; without an end, all the rest.
func armorEnd(lines []string) int {
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(line, "-----END PGP ") {
			return i + 1
		}
	}
	return len(lines)
}
