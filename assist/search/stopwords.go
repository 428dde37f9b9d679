package search

import "strings"

// stopwords carry no subject: articles, prepositions, pronouns, the verbs of
// asking, and courtesies, folded. The list is short on purpose; rare words weigh
// more by themselves. One list serves three languages, because customers mix
// them and an article's language is not always known.
var stopwords = set(`
	a o as os um uma uns umas de da do das dos d em no na nos nas num numa e ou que q se por para pra pro p com sem ao aos
	eu voce voces vc vcs tu ele ela eles elas nos me te lhe meu minha meus minhas seu sua seus suas nosso nossa teu tua
	este esta isto esse essa isso aquele aquela aquilo aqui ai la agora ainda ja so mais muito muita mt mesmo todo toda todos todas
	ser sou e eh sao era eram foi estar estou esta estao to ta tem tenho ter tinha ha vai vou
	como qual quais quando onde quem porque pq ate sobre entre outro outra coisa
	quero queria gostaria saber sei posso pode podem poderia preciso precisa consigo fazer faco faz fazem
	falar fala falei diga dizer explique explica entender responder responde funciona ajuda ajudar ajude duvida duvidas pergunta perguntas assunto assuntos
	assim entao tambem
	nao sim claro certo bem tudo ok okay favor obrigado obrigada brigado valeu vlw grato grata oi oie ola bom boa dia tarde noite tchau

	el los las una unos unas del al y en con sin lo le les su sus mi mis tu yo usted ustedes nosotros ellos
	eso esto ese esa aquel aqui ahi ahora aun ya muy mas todo todos ser es son fue esta estan estoy hay tengo tiene tener
	como cual cuales cuando donde quien porque hasta sobre otro otra cosa
	quiero quisiera saber se puedo puede pueden necesito hacer hago hace hablar decir dime explica entender responder
	ayuda ayudar ayudame duda dudas pregunta preguntas
	asi entonces tambien
	no si claro bien vale gracias hola buenos buenas dias tardes noches adios favor

	the an of in on at to for from with without by and or that this these those it its is are am was were be been has have had
	i you he she we they me my your our their his her us them im ive dont cant isnt
	how what which when where who why do does did can could would should will may please want need like know get make tell explain help question questions thing
	then also too just
	not yes no ok okay well now still all some any here there about more very much so
	thanks thank thx hi hello hey good morning afternoon evening bye
`)

// IsSubject reports whether a folded word carries meaning by itself: it is not one
// of the function words and courtesies that the index holds down.
func IsSubject(word string) bool { return !stopwords[word] }

func set(words string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		s[w] = true
	}
	return s
}
