// Package slack is the Slack channel: one workspace, over github.com/slack-go/slack for
// the Web API and sockets of its own for Socket Mode.
//
// Promises: what Slack brings is acknowledged only after Sink.Accept returned nil, on the
// socket that brought it. What could not be committed is tried again here, in order within
// its conversation, and comes again from Slack besides: one person's act has one Key,
// whether it came by socket, by HTTP or once more. A socket that Slack wants to renew is
// replaced before it is given up. No payload makes it panic; what it does not know is
// acknowledged and counted. What it sends can call nobody: every text is escaped, so that
// words of a customer never become @channel. A post whose fate is unknown is looked for by
// its metadata before it is made again.
//
// Slack vouches for who wrote. A full member of the workspace is also called by the e-mail
// of their profile; guests, people of other workspaces and machines are not, and nothing
// is proved of them.
//
// It decides nothing: what a thread means, and what may reach a customer, is the core's
// affair. It fails by waiting: a lost connection is made anew, and what only a person can
// mend becomes a State in words, while sending answers channels.SignedOut.
package slack
