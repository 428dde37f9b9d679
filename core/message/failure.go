package message

// Failure is why a message does not arrive, as far as an upstream told. The words for
// people are in the catalogues, under "failure.".
type Failure string

// The failures that are told apart: what helps is different for each.
const (
	Refused         Failure = "refused"         // without a reason that we understand
	NoSuchAddress   Failure = "no-such-address" // nobody has it, or nobody has it any more
	NoSuchDomain    Failure = "no-such-domain"  // no server takes mail for what stands behind the @
	MailboxFull     Failure = "mailbox-full"    // it may have room another day
	Oversized       Failure = "oversized"       // with its files it is larger than they take
	TakenForSpam    Failure = "spam"            // for its words, or for who else writes from our server
	FileForbidden   Failure = "file-forbidden"  // a file of a kind that they do not let in
	SenderRefused   Failure = "sender-refused"  // our address, or our right to send as it
	Unauthenticated Failure = "unauthenticated" // SPF, DKIM or DMARC did not convince them
	NotRelayed      Failure = "not-relayed"     // our own server passes nothing on to there
	NotSpelled      Failure = "not-spelled"     // the address has letters that our server cannot send to
	TooOften        Failure = "too-often"       // a limit of sending was reached
	NoAnswer        Failure = "no-answer"       // tried for hours; nobody took it
	ChannelDown     Failure = "channel-down"    // our own way there does not work
)

// Failures lists them.
var Failures = []Failure{
	Refused, NoSuchAddress, NoSuchDomain, MailboxFull, Oversized, TakenForSpam, FileForbidden, SenderRefused, Unauthenticated,
	NotRelayed, NotSpelled, TooOften, NoAnswer,
	ChannelDown,
}

// Gone reports that there is nobody at the address: nothing more is sent there until
// somebody writes from it.
func (f Failure) Gone() bool { return f == NoSuchAddress || f == NoSuchDomain }

// Passing reports what may be none another day.
func (f Failure) Passing() bool {
	return f == MailboxFull || f == NoAnswer || f == TooOften || f == ChannelDown
}
