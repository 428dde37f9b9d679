// Package tnef reads winmail.dat: the Transport-Neutral Encapsulation Format in which
// Outlook and Exchange hide files and the text of a mail ([MS-OXTNEF]), with the RTF
// that holds its HTML ([MS-OXRTFCP], [MS-OXRTFEX]).
//
// Promises: Read never panics and takes time and memory in proportion to its input,
// whatever the bytes; what stands before a broken place is returned with the error;
// the contents of files are slices of the input. No Go library on the module proxy does this
// (asked in November 2026: teamwork/tnef and its forks are not there).
package tnef
