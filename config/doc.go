// Package config turns a file and the environment into values that the program can
// trust.
//
// [Load] starts from [Default], reads the YAML file over it, then the RECADO_...
// variables over both, then the files that hold secrets, and at last checks
// everything. Without a file it reads the embedded trial.yaml instead: a desk on
// this machine alone, with an example organisation.
//
// # Promises
//
//   - A key that nobody knows is a fault, with its line and the nearest key that exists.
//   - All faults are reported together, each with the line or the variable it came from.
//   - What Load returns is complete: ports, host presets, switches on "auto" and the
//     addresses derived from others are filled in.
//   - A [Secret] never prints itself, whatever the verb, the encoder or the logger.
//   - example.yaml shows every key with its default. A test holds that true.
//
// # Environment
//
// The variable of a key is RECADO_ and its path in capitals, joined by underscores:
// web.public_url is RECADO_WEB_PUBLIC_URL. A list of plain values is written with
// commas. The entries of other lists are counted from 1, as is the first mailbox's
// RECADO_EMAIL_1_ADDRESS. A secret has a twin that names a file holding it, in the YAML
// (password_file) and so in the environment (RECADO_EMAIL_1_IMAP_PASSWORD_FILE).
//
// # What it does not do
//
// It opens no connection and writes nothing, except that [Config.Keys] makes the
// signing key on the first start. It imports nothing of ours: each package has its
// own options, and cmd/recado joins them.
//
// # How it fails
//
// Load fails with [Faults], or with the error of reading the file. Texts are in plain
// English, for whoever runs the desk.
package config
