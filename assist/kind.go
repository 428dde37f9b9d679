package assist

import "recado/core/ticket"

// kind reads the type of request (B2). Each type has wordings of its own; what is
// said of two types at once is believed less.
func kind(ss []sentence, language string) guess[ticket.Type] {
	problem := complains(ss, language)
	change, request := changes.in(ss), requests.in(ss)
	question := questions.in(ss)
	for _, s := range ss {
		question = question || s.asks
	}
	switch {
	case change && !problem:
		return guess[ticket.Type]{ticket.Change, .8}
	case problem && !change && !request:
		return guess[ticket.Type]{ticket.Problem, .85}
	case problem:
		return guess[ticket.Type]{ticket.Problem, .65}
	case request && !question:
		return guess[ticket.Type]{ticket.Request, .75}
	case question && !request:
		return guess[ticket.Type]{ticket.Question, .8}
	case question && request:
		// "Vocês podem cadastrar um usuário?" asks in form only.
		return guess[ticket.Type]{ticket.Request, .6}
	}
	return guess[ticket.Type]{}
}

var questions = phrasesOf(`
	como faco
	como fazer
	como faz
	como posso
	como que
	como eu
	como funciona
	como emit*
	como cadastr*
	como gera*
	como configur*
	como consig*
	como alter*
	como imprim*
	como cancel*
	qual
	quais
	quanto
	quantos
	quantas
	onde
	quando
	quem
	por que
	porque
	o que e
	o que significa
	tem como
	da para
	da pra
	e possivel
	eh possivel
	sera que
	posso
	podemos
	existe
	gostaria de saber
	queria saber
	quero saber
	preciso saber
	queria entender
	duvida*
	how do
	how can
	how to
	how does
	how long
	how much
	how many
	what is
	what are
	what does
	where
	when
	which
	who
	why
	is it possible
	is there
	can i
	may i
	do you know
	i would like to know
	question
	como hago
	como hacer
	como puedo
	como se
	cual
	cuales
	cuanto
	cuantos
	donde
	cuando
	quien
	que significa
	se puede
	es posible
	puedo
	hay forma
	hay alguna
	quisiera saber
	quiero saber
	duda*
`)

var requests = phrasesOf(`
	solicit*
	gostaria de solicitar
	gostaria de pedir
	preciso que
	precisamos que
	preciso de
	precisamos de
	preciso da
	preciso do
	precisamos da
	precisamos do
	podem cadastrar
	pode cadastrar
	podem enviar
	pode enviar
	podem mandar
	pode mandar
	me envi*
	me mand*
	me pass*
	favor
	por gentileza
	poderia*
	liber* acesso
	liber* o acesso
	liberar
	cadastrar _ usuario
	criar _ usuario
	criar um
	excluir _ usuario
	desativar
	ativar
	habilitar
	instalar
	reinstalar
	restaurar
	agendar
	treinamento
	segunda via
	2 via
	2a via
	please _ add
	please create
	please send
	please enable
	please
	could you
	can you
	would you
	i need you to
	we need you to
	i need a
	i need an
	i need the
	we need a
	request
	requesting
	solicito
	solicitamos
	necesito que
	necesitamos que
	necesito un*
	necesito el
	necesito la
	por favor
	podrian
	podria
	pueden _ enviar
	habilit*
	instal*
`)

var changes = phrasesOf(`
	melhoria*
	melhorar
	sugest*
	sugiro
	sugerimos
	seria bom
	seria otimo
	seria interessante
	seria possivel inclu*
	seria possivel adicion*
	poderia ter
	podia ter
	poderiam inclu*
	poderiam adicion*
	incluir um campo
	incluir o campo
	adicionar um campo
	adicionar campo
	novo campo
	nova coluna
	nova funcionalidade
	customiz*
	personaliz*
	desenvolver
	desenvolvimento
	mudar a imagem
	mudar a cor
	trocar a cor
	trocar a imagem
	alterar o layout
	mudar o layout
	novo relatorio
	improvement*
	enhancement*
	feature request
	new feature
	suggestion*
	suggest
	would be nice
	would be great
	would be useful
	it would help
	add a field
	add a column
	new column
	new report
	mejora*
	sugerencia*
	sugiero
	seria bueno
	seria util
	agregar un campo
	nuevo campo
	nueva columna
	nueva funcionalidad
	cambiar el color
	cambiar la imagen
	nuevo informe
`)
