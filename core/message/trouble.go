package message

// Trouble is what keeps a part of the desk from working, such as a channel. The words
// for people are in the catalogues, under "trouble.".
type Trouble string

// The troubles that are told apart: what a person can do is different for each.
const (
	NoTrouble   Trouble = ""
	Down        Trouble = "down"         // it cannot be reached, or does not answer
	Silent      Trouble = "silent"       // connected, and nothing comes, not even what always does
	Unlinked    Trouble = "unlinked"     // nobody has signed in yet
	LoggedOut   Trouble = "logged-out"   // the owner, or the upstream, ended the sign-in
	Replaced    Trouble = "replaced"     // another program uses the same sign-in
	Banned      Trouble = "banned"       // the upstream locked the account, for a time
	Restricted  Trouble = "restricted"   // it may answer, but not write first, for a time
	Outdated    Trouble = "outdated"     // the upstream wants a newer program
	Shut        Trouble = "shut"         // the upstream refuses the connection, for another reason
	PhoneUnseen Trouble = "phone-unseen" // the link ends when its phone stays away
	Uninstalled Trouble = "uninstalled"  // the upstream takes our app's token no more, or lacks a permission
)

// Troubles are all of them.
var Troubles = []Trouble{Down, Silent, Unlinked, LoggedOut, Replaced, Banned, Restricted, Outdated, Shut, PhoneUnseen, Uninstalled}
