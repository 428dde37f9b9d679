package article

// wording is how one language names fields and faults. {field} and {limit} are
// filled in.
type wording struct {
	fields map[Field]string
	faults map[Fault]string
}

var texts = map[string]wording{
	"pt-BR": {
		fields: map[Field]string{
			FieldID: "código", FieldTitle: "título", FieldBody: "texto", FieldURL: "endereço",
			FieldLanguage: "idioma", FieldPhrasings: "frases dos clientes", FieldUpdatedAt: "data de atualização",
			FieldArticle: "artigo", FieldPerson: "pessoa", FieldMissing: "comentário", FieldAt: "data",
		},
		faults: map[Fault]string{
			Empty:     "Falta preencher: {field}.",
			TooLong:   "Encurte um pouco, o limite é de {limit} letras: {field}.",
			TooMany:   "São muitas, o limite é de {limit}: {field}.",
			BadID:     "Use só letras minúsculas sem acento, números, ponto, dois-pontos, hífen ou sublinhado, até 120: {field}.",
			BadURL:    "O {field} precisa começar com http:// ou https://.",
			BadChoice: "O {field} precisa ser pt-BR, en ou es.",
		},
	},
	"en": {
		fields: map[Field]string{
			FieldID: "id", FieldTitle: "title", FieldBody: "text", FieldURL: "address",
			FieldLanguage: "language", FieldPhrasings: "customers' phrasings", FieldUpdatedAt: "update date",
			FieldArticle: "article", FieldPerson: "person", FieldMissing: "comment", FieldAt: "date",
		},
		faults: map[Fault]string{
			Empty:     "Please fill in: {field}.",
			TooLong:   "Please shorten it, the limit is {limit} characters: {field}.",
			TooMany:   "That is too many, the limit is {limit}: {field}.",
			BadID:     "Use only plain lower-case letters, digits, dot, colon, hyphen or underscore, up to 120: {field}.",
			BadURL:    "The {field} has to start with http:// or https://.",
			BadChoice: "The {field} has to be pt-BR, en or es.",
		},
	},
	"es": {
		fields: map[Field]string{
			FieldID: "código", FieldTitle: "título", FieldBody: "texto", FieldURL: "dirección web",
			FieldLanguage: "idioma", FieldPhrasings: "frases de los clientes", FieldUpdatedAt: "fecha de actualización",
			FieldArticle: "artículo", FieldPerson: "persona", FieldMissing: "comentario", FieldAt: "fecha",
		},
		faults: map[Fault]string{
			Empty:     "Falta completar: {field}.",
			TooLong:   "Acórtalo un poco, el límite es de {limit} letras: {field}.",
			TooMany:   "Son demasiadas, el límite es de {limit}: {field}.",
			BadID:     "Usa solo letras minúsculas sin acento, números, punto, dos puntos, guion o guion bajo, hasta 120: {field}.",
			BadURL:    "Revisa este dato, debe empezar con http:// o https://: {field}.",
			BadChoice: "El {field} debe ser pt-BR, en o es.",
		},
	},
}
