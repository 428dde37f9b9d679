package letter

import (
	"fmt"
	"io"
)

// Letter is a mail taken apart. Every leaf of its MIME tree is counted in Parts,
// and again in exactly one of the other places. What is packed inside a leaf
// (winmail.dat, uuencoded files in a text) counts in place of its wrapping.
type Letter struct {
	Header   Header
	Segments []Segment // what there is to read, in order
	Files    []File    // what there is to keep
	Reports  []Report  // parts that machines write for machines
	Damaged  []File    // parts that could not be decoded, or are not here: their name and size only
	Enclosed []Letter  // the mails that lie in this one as files, in their order, no deeper than one level
	// Invitations say in a line each what, when and where (text/calendar).
	Invitations []string

	Parts  int   // leaves of the tree
	Shown  int   // leaves that went into segments
	Sealed bool  // what its writer wrote is encrypted, and in a file
	Broken bool  // it is a piece of a larger mail, or points to what is elsewhere
	Failed error // why there is no tree

	TwoWays string // why the head can be read in more than one way; see TwoWays
}

// Envelope is what is known of a mail beside its content.
type Envelope struct {
	Sender     *string  // MAIL FROM, nil when not known
	Recipients []string // RCPT TO
	Size       int64    // of the whole mail, when what was read is only its beginning
	Believed   bool     // the submitter vouches for From
	Checked    *Verdict // what our own check of who wrote found; nil when we made none
}

// Verdict is what a check of who wrote came to. It is made by the package sender.
type Verdict struct {
	Proved  bool   // From is who wrote
	Against bool   // the checks speak against From: nothing else can prove it
	Silent  bool   // whoever should have checked says nothing of this mail
	Doubt   string // why it is not proved: a short code for the team
}

// Segment is one stretch of text; HTML may be its other form.
type Segment struct{ Plain, HTML string }

// File is a part that is kept as it is. Its bytes are decoded when they are asked for.
type File struct {
	Name, MediaType string
	Inline          bool // decoration: pictures that the text shows, cryptographic proofs
	contentID       string
	body            body
}

// Open gives the decoded bytes.
func (f File) Open() io.Reader { return f.body.reader() }

// Content is all of them at once.
func (f File) Content() []byte { return f.body.bytes() }

// Size counts them.
func (f File) Size() int64 {
	n, _ := io.Copy(io.Discard, f.Open()) // of memory: it cannot fail
	return n
}

// Report is a part of a multipart/report (RFC 6522).
type Report struct {
	MediaType string
	Content   []byte
}

// HasReport says whether machines wrote a part of this type.
func (l *Letter) HasReport(mediaType string) bool {
	for _, r := range l.Reports {
		if r.MediaType == mediaType {
			return true
		}
	}
	return false
}

// Open takes a mail apart. It never fails: a mail without a MIME tree that can be
// read has its header, and Failed says why there is no more. The Letter refers to
// raw, which must not change.
func Open(raw []byte) Letter { return open(raw, 0) }

func open(raw []byte, level int) (l Letter) {
	var content []byte
	l.Header, content = parseHead(withoutEnvelope(raw), false)
	l.TwoWays = TwoWays(raw)
	defer func() {
		if v := recover(); v != nil {
			l = Letter{Header: l.Header, TwoWays: l.TwoWays, Failed: fmt.Errorf("taking the mail apart panicked: %v", v)}
		}
	}()
	if len(l.Header) == 0 && len(content) > 0 {
		l.Failed = errNoHead
	}
	w := walker{Letter: &l, level: level}
	l.Segments = w.walk(newEntity(l.Header, content, textPlain), "", 0)
	w.finish()
	return l
}
