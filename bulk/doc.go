// Package bulk brings master data in from files and writes it out again: the
// organisations, the people, the catalogue and the articles of a desk.
//
// [Read] takes YAML, CSV, Markdown, HTML and site map files, or whole folders of them, into a
// [Batch]. [Batch.Import] compares it with what the desk has and writes the
// difference; [Batch.Plan] only says what it would be. [Export] writes the same
// files back: importing an export changes nothing.
//
// # Files
//
//   - YAML: sections organisations, people, catalog and articles, each a list.
//   - CSV: what a spreadsheet program saves: semicolon, comma or tab; UTF-8 or Latin 1;
//     headings in Portuguese or English. The file's name says what it holds, such as
//     pessoas.csv or people.csv. Values of a list are separated by | (and by commas or
//     semicolons where no value can hold one).
//   - Markdown: one article each, with front matter. The file's name is its id.
//   - HTML: a page of a help site, one article each: what <main> holds, without menus and
//     scripts. <meta name="product"> and the like are its columns.
//   - XML: a site map; the pages that it lists are read from files beside it, with the
//     addresses that it gives them. Nothing is fetched.
//
// # Promises
//
//   - Either everything is right and written in one transaction, or nothing is written
//     and every fault is reported, with its file and row, in words for the person who
//     keeps the files ([Problems]).
//   - Importing twice changes nothing. Entries are recognised by what people know them
//     by: an organisation by its code or else its name, a person by an e-mail or else a
//     WhatsApp number, a catalogue item and an article by their id.
//   - What a file does not mention stays as it is: a missing column, an empty cell, a
//     person who is not in the list, another organisation that somebody belongs to.
//     A cell that holds only "-" empties the value.
//   - An e-mail address in the file counts as registered by the desk. A WhatsApp number
//     does so only where the file says it was verified; otherwise it is a claim, which
//     the person proves with a code.
//   - A cell that a spreadsheet program would take for a formula is written with an
//     apostrophe before it, and read without.
//
// # What it does not do
//
// It deletes nobody and moves no address from one person to another. Addresses on
// other channels, photos, consents and passwords of any kind are neither read nor
// written. Tickets are none of its business.
package bulk
