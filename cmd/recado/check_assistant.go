package main

import (
	"context"
	"errors"
	"fmt"

	"recado/assist"
	"recado/assist/llm"
	"recado/core/dialogue"
)

// modelTried is the language model without a desk around it, and its address.
func (t tryer) modelTried() (*llm.Assistant, string, error) {
	m := t.cfg.Assistant.Model
	at := m.URL
	if at == "" {
		at = llm.Kind(m.Kind).Address()
	}
	o := modelAlone(t.cfg, assist.NewBuiltin(nil, 0))
	o.Deadline, o.Retries = checkTimeout, 0
	a, err := llm.New(o)
	return a, at, err
}

// pictures has the model look at a number.
func (t tryer) pictures(ctx context.Context) (string, error) {
	a, at, err := t.modelTried()
	if err != nil {
		return "", err
	}
	took, reads, err := a.CheckPictures(ctx)
	var f *llm.Failure
	switch patience := dialogue.Perceiving(t.cfg.Assistant.Patience); {
	case errors.As(err, &f) && f.Why == llm.Rejected && f.Status == 400:
		return "", fmt.Errorf("%q takes no pictures (HTTP 400); take a model that does, or set assistant.model.pictures to false", t.cfg.Assistant.Model.Name)
	case err != nil:
		return "", modelTrouble(at, t.cfg.Assistant.Model.Name, err)
	case !reads:
		return "", doubt("it answers, and does not read a number that stands large on a picture: what it says of screens will be guesses; take another model")
	case took > patience:
		return "", doubt(fmt.Sprintf("it reads a picture, but took %.1f s of the %s that are left for it: most will go undescribed", took.Seconds(), patience))
	}
	return fmt.Sprintf("it reads a picture in %.1f s; each costs some 1,000 to 3,000 tokens", took.Seconds()), nil
}

// embeddings has the model of vectors make two, and says what it will cost.
func (t tryer) embeddings(ctx context.Context) (string, error) {
	a, at, err := t.modelTried()
	if err != nil {
		return "", err
	}
	took, numbers, err := a.CheckEmbeddings(ctx)
	if err != nil {
		return "", modelTrouble(at, t.cfg.Assistant.Model.Embeddings, err)
	}
	said := fmt.Sprintf("%d numbers a text in %.1f s; each question that finds two articles costs one request, of up to 500 tokens once the articles are known",
		numbers, took.Seconds())
	if took > assist.EmbedPatience {
		return "", doubt(said + fmt.Sprintf("; it is waited for %s only, so the words will mostly say which article comes first", assist.EmbedPatience))
	}
	return said, nil
}

// model has the language model read an invented message.
func (t tryer) model(ctx context.Context) (string, error) {
	m := t.cfg.Assistant.Model
	a, at, err := t.modelTried()
	if err != nil {
		return "", err
	}
	got, err := a.Check(ctx)
	if err != nil {
		return "", modelTrouble(at, m.Name, err)
	}
	if patience := t.cfg.Assistant.Patience - spare; got.Took > patience {
		return "", doubt(fmt.Sprintf("it answers, but took %.1f s, and customers wait %s (assistant.patience): "+
			"the built-in assistant will mostly stand in; take a faster model",
			got.Took.Seconds(), t.cfg.Assistant.Patience))
	}
	if !got.Structured {
		return "", doubt(fmt.Sprintf("it reads well in %.1f s, but the server holds it to no schema: "+
			"answers that do not fit are left to the built-in assistant", got.Took.Seconds()))
	}
	return fmt.Sprintf("it reads a message in %.1f s", got.Took.Seconds()), nil
}

// modelTrouble says what is wrong with a model, and what to do.
func modelTrouble(at, name string, err error) error {
	var f *llm.Failure
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case f.Why == llm.Rejected && (f.Status == 401 || f.Status == 403):
		return fmt.Errorf("%s does not take the key (HTTP %d); look at assistant.model.key", at, f.Status)
	case f.Why == llm.Rejected && f.Status == 404:
		return fmt.Errorf("%s knows no %q, or the address lacks its /v1 (HTTP 404)", at, name)
	case f.Why == llm.Rejected:
		return fmt.Errorf("%s refuses the request (HTTP %d); is it a server of chat completions, and of the right kind?", at, f.Status)
	case f.Why == llm.Busy:
		return fmt.Errorf("%s is too busy, or the account is empty (HTTP %d)", at, f.Status)
	case f.Why == llm.Down && f.Status != 0:
		return fmt.Errorf("%s is in trouble (HTTP %d)", at, f.Status)
	case f.Why == llm.Down || f.Why == llm.Slow:
		if cause := errors.Unwrap(f); cause != nil {
			return unreachable(at, cause)
		}
		return fmt.Errorf("%s does not answer", at)
	}
	return fmt.Errorf("%q answers, but not with what it is asked for (%s); take another model", name, f.Why)
}
