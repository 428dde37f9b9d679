// Package servers runs the real PostgreSQL, Redis, Dovecot and Postfix for the
// tests: instances of our own, from Debian's packages.
//
// Promises: every server listens on a free high port of 127.0.0.1 and nowhere else;
// it keeps all it writes below one folder, and reads nothing of the machine's own
// configuration or data; Start returns when each has answered in its own protocol;
// Stop ends each by its process id and returns when they are gone. If the caller is
// killed, the kernel ends the servers (PR_SET_PDEATHSIG), though the folder stays. No
// mail leaves the machine: Postfix refuses every domain that does not end in .example.
//
// It does not make the servers safe: PostgreSQL trusts everybody, Dovecot knows one
// password for all mailboxes. Nor does it keep data: the folder is the caller's, to
// be removed after Stop.
//
// It works on Debian. A failure names the server and carries the end of its log.
package servers

// Names of the environment variables by which tests find the servers.
const (
	EnvPostgres = "RECADO_TEST_POSTGRES" // a DSN whose role may create databases
	EnvRedis    = "RECADO_TEST_REDIS"    // redis://HOST:PORT/0
	EnvIMAP     = "RECADO_TEST_IMAP"     // HOST:PORT of Dovecot, without TLS
	EnvLMTP     = "RECADO_TEST_LMTP"     // HOST:PORT of Dovecot, past Postfix
	EnvOurLMTP  = "RECADO_TEST_OUR_LMTP" // HOST:PORT where a test may listen: Postfix hands mail for lmtp.example over there
	EnvSMTP     = "RECADO_TEST_SMTP"     // HOST:PORT of Postfix, without TLS or login
	EnvChromium = "RECADO_TEST_CHROMIUM" // path of the browser
	EnvRequired = "RECADO_TEST_REQUIRED" // set: a test that lacks a server fails instead of being skipped
)

// Password opens every mailbox.
const Password = "secret"
