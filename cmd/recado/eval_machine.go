package main

import (
	"fmt"
	"os"
	"path/filepath"

	"recado/channels/email/letter"
	automail "recado/channels/email/machine"
	"recado/core/message"
)

// evalMachineCmd scores which machine is said to have written a mail.
type evalMachineCmd struct{ evalInput }

// machineExample is a row of labels.jsonl: a file beside it, and who wrote it.
// Ambiguous rows have a label that another one would be as good as.
type machineExample struct {
	File, Label string
	Ambiguous   bool
}

// What is counted of a mail. Who is the right answer; the others are what a report
// says beside it, and how often a person was taken for a machine.
const (
	machineRight     = "right"
	machinePerson    = "taken for a machine"
	machineRecipient = "recipient"
	machineStatus    = "status"
	machineID        = "our message-id"
)

// machineLabels are the labels, and what is as good as each. A list's mail is written
// by people and sent by a program.
var machineLabels = map[string][]message.Auto{
	"bounce":          {message.BounceDSN},
	"auto_reply":      {message.AutoReply, message.Receipt},
	"feedback_report": {message.Complaint},
	"human":           {message.NotAuto, message.ListMail},
}

// evalDesk is the desk that the examples were written to, as far as that matters.
var evalDesk = letter.Home{Address: letter.Address{Local: "suporte", Domain: "desk.example"}, Separator: "+"}

// Run prints the score. PATH is labels.jsonl, or the folder that it is in.
func (c *evalMachineCmd) Run(std Streams) error {
	labels := c.Path
	if info, err := os.Stat(labels); err == nil && info.IsDir() {
		labels = filepath.Join(labels, "labels.jsonl")
	}
	rows, err := examples[machineExample](labels)
	if err != nil {
		return err
	}
	s, err := scoreMachineMail(filepath.Dir(labels), rows)
	if err != nil {
		return err
	}
	return s.print(std.Out, c.evalInput)
}

// scoreMachineMail reads each row's mail from a folder.
func scoreMachineMail(folder string, rows []machineExample) (*scores, error) {
	s := newScores(machineRight, machinePerson, machineRecipient, machineStatus, machineID)
	for _, r := range rows {
		raw, err := os.ReadFile(filepath.Join(folder, r.File))
		if err != nil {
			return nil, fmt.Errorf("read an example: %w", err)
		}
		l := letter.Open(raw)
		got := automail.Kind(&l, letter.Envelope{}, evalDesk)
		hits := reportHits(&l, got)
		right := r.Ambiguous && (got == message.NotAuto || got == message.BounceDSN)
		for _, want := range machineLabels[r.Label] {
			right = right || got == want
		}
		switch {
		case right:
			hits = append(hits, machineRight)
		case r.Label == "human":
			hits = append(hits, machinePerson)
		}
		if !right {
			s.miss(r.File, "called %q; from %q, subject %q", got, l.Header.First("from"), l.Header.Subject())
		}
		s.add(hits, scoreGroup{"label", r.Label}, scoreGroup{"label, and what it was called", r.Label + " → " + kindName(got)})
	}
	return s, nil
}

// reportHits are what a report of delivery or a complaint says.
func reportHits(l *letter.Letter, got message.Auto) (hits []string) {
	var r automail.Report
	switch got {
	case message.BounceDSN:
		r = automail.ReadBounce(l)
	case message.Complaint:
		r = automail.ReadComplaint(l)
	}
	if r.Recipient != (letter.Address{}) {
		hits = append(hits, machineRecipient)
	}
	if r.Status != "" {
		hits = append(hits, machineStatus)
	}
	if r.MessageID != "" {
		hits = append(hits, machineID)
	}
	return hits
}

func kindName(a message.Auto) string {
	if a == message.NotAuto {
		return "a person"
	}
	return string(a)
}
