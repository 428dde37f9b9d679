package dialogue

import (
	"strings"

	"recado/core/message"
	"recado/core/notice"
)

// theWords stands for the words of people while a text is made around them. A person
// cannot write it: it has bytes that no text has.
const theWords = "\x00words\x00"

// wordsOf makes the text of a Say, and tells where in it the words stand that it passes
// on; nil: it passes none on.
func (e *Engine) wordsOf(say Say, data notice.Data) (text string, p *message.Passage, err error) {
	words, ok := data["Text"].(string)
	if len(say.Of) == 0 || !ok || words == "" {
		text, err = e.Catalogue.Text(say.Language, say.Key, data)
		return text, nil, err
	}
	text, at, err := e.around(say, data, words)
	if err == nil && at >= 0 {
		p = &message.Passage{Of: say.Of, Text: message.Span{At: at, Len: len(words)}}
	}
	return text, p, err
}

// around makes a text with the words in their place, and tells where that is; -1: they
// stand in it not once.
func (e *Engine) around(say Say, data notice.Data, words string) (text string, at int, err error) {
	data["Text"] = theWords
	text, err = e.Catalogue.Text(say.Language, say.Key, data)
	data["Text"] = words
	at = strings.Index(text, theWords)
	if strings.Count(text, theWords) != 1 {
		at = -1
	}
	return strings.ReplaceAll(text, theWords, words), at, err
}

// inChat is what a mail says in a chat, should it not arrive; "" when it says the same.
func (e *Engine) inChat(say Say, data notice.Data, mail string, p *message.Passage) (text string, err error) {
	if chat, tells := data["Chat"]; !tells || chat == true || say.To.Channel != message.Email {
		return "", nil
	}
	data["Chat"] = true
	if p == nil {
		text, err = e.Catalogue.Text(say.Language, say.Key, data)
	} else {
		words := mail[p.Text.At : p.Text.At+p.Text.Len]
		text, p.InChat.At, err = e.around(say, data, words)
		p.InChat.Len = len(words)
	}
	if text == mail {
		text = ""
	}
	return text, err
}
