package assist_test

import (
	"testing"

	"recado/assist"
	"recado/assist/assisttest/suite"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
)

func TestContract(t *testing.T) {
	suite.TestAssistant(t, func(_ *testing.T, articles []article.Article) dialogue.Assistant {
		index := search.New()
		for _, a := range articles {
			index.Put(a)
		}
		return assist.NewBuiltin(index, 0)
	})
}
