package precedent

import "strings"

// shorthand is how people write words in a chat, and the words, folded. What could be
// another word at a desk ("cc", "td") is not here.
var shorthand = readShorthand(`
	voce vc, voces vcs, que q, nao n, porque pq, tambem tb tbm, muito mt mto, quando qdo qnd, quanto qto, hoje hj, para pra pro,
	esta ta, estou to, estava tava, e eh, agora agr, depois dps, mesmo msm, comigo cmg, beleza blz, valeu vlw, falou flw,
	obrigado obg obgd brigado, obrigada brigada, mensagem msg, mensagens msgs, favor pfv, pagamento pgto pagto,
	you u, your ur, please pls plz, thanks thx, because cuz, account acct, received rcvd, password pwd,
	porque xq, tambien tmb, estoy toy
`)

func readShorthand(text string) map[string]string {
	long := map[string]string{}
	for entry := range strings.SplitSeq(text, ",") {
		words := strings.Fields(entry)
		for _, short := range words[1:] {
			long[short] = words[0]
		}
	}
	return long
}

// writeOut puts the words for their shorthand.
func writeOut(words []string) {
	for i, w := range words {
		if long, short := shorthand[w]; short {
			words[i] = long
		}
	}
}
