package assist

import (
	"slices"

	"recado/core/ticket"
)

// severity reads the impact on the business (B2) from phrases that tell it. Without
// any it makes no guess: impact is the customer's to say.
func severity(ss []sentence, language string) guess[ticket.Level] {
	if allWell(ss, language) {
		return guess[ticket.Level]{ticket.Low, .5}
	}
	switch alone := onlyMe.in(ss); {
	case told(standstill, ss, language) && !alone:
		return guess[ticket.Level]{ticket.Critical, .9}
	case told(standstill, ss, language), told(blocked, ss, language):
		return guess[ticket.Level]{ticket.High, .75}
	case told(pressing, ss, language):
		return guess[ticket.Level]{ticket.High, .7}
	case noHurry.in(ss):
		return guess[ticket.Level]{ticket.Low, .8}
	case told(cosmetic, ss, language):
		return guess[ticket.Level]{ticket.Low, .65}
	}
	return guess[ticket.Level]{}
}

// told reports whether a phrase is said and not denied: "não está parado" is good
// news, and "it is not urgent" too.
func told(ps phrases, ss []sentence, language string) bool {
	for _, s := range ss {
		for i := range s.words {
			before := s.words[max(0, i-3):i]
			if ps.at(s.words, i) > i && !denies(before, language) && !lacks(before) {
				return true
			}
		}
	}
	return false
}

// denies reports whether words hold a "no". In Portuguese "no" means "in the".
func denies(words []string, language string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return denials[w] || w == "no" && language != portuguese
	})
}

// lacks reports whether words hold a "without".
func lacks(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return w == "sem" || w == "sin" || w == "without" })
}

// standstill: nobody can work.
var standstill = phrasesOf(`
	producao parad*
	producao parou
	operacao parad*
	operacao parou
	faturamento parad*
	faturamento parou
	empresa parad*
	empresa inteira parad*
	loja parad*
	lojas paradas
	fabrica parad*
	linha parad*
	expedicao parad*
	sistema parad*
	sistema todo parad*
	sistema parou
	caiu tudo
	sistema caiu
	servidor caiu
	servidor parou
	servidor parado
	servidor fora
	tudo parad*
	caiu o sistema
	tudo parou
	tudo travad*
	tudo fora
	parou tudo
	parou geral
	parou de vez
	estamos parad*
	todos parad*
	todo mundo parad*
	fora do ar
	fora de operacao
	ninguem consegue
	ninguem esta conseguindo
	ninguem ta conseguindo
	ninguem acessa
	ninguem entra
	ninguem trabalha
	nenhum usuario
	nenhum funcionario
	nenhuma filial
	nenhum caminhao
	todos os usuarios
	todas as filiais
	todas as lojas
	toda a empresa
	a empresa toda
	para todos
	nao funciona para ninguem
	nao abre para ninguem
	perdemos os dados
	vazamento de dados
	production is down
	production down
	production stopped
	is down
	are down
	went down
	everything is down
	everything stopped
	system down
	server down
	site down
	outage
	offline for everyone
	nobody can
	no one can
	none of us can
	nobody is able
	no one is able
	all users
	everyone is blocked
	everybody is blocked
	whole company
	entire company
	down for everyone
	data loss
	produccion parada
	produccion detenida
	produccion esta parada
	produccion esta detenida
	sistema caido
	sistema esta caido
	esta caido
	se cayo el sistema
	se cayo todo
	servidor caido
	todo parado
	todo detenido
	estamos parados
	estamos detenidos
	nadie puede
	nadie logra
	nadie consigue
	no funciona nadie
	no le funciona a nadie
	no funciona para nadie
	no funciona a nadie
	fuera de servicio
	ningun usuario
	todos los usuarios
	toda la empresa
`)

// blocked: somebody cannot do their work (the seed's "user cannot get into the
// system" is high impact).
var blocked = phrasesOf(`
	parou
	pararam
	travad*
	travou
	nao consig* acessar
	nao consig* entrar
	nao consig* logar
	nao consig* faturar
	nao consig* emitir
	nao consig* vender
	nao consig* trabalhar
	nao consig* fechar
	nao consegue* acessar
	nao consegue* entrar
	nao consegue* emitir
	nao esta emitindo
	nao emite
	nao autoriza
	nao fatura
	nao transmite
	sem acesso
	sem sistema
	sem conseguir
	caminhao parado
	caminhoes parados
	veiculo parado
	onibus parado
	clientes esperando
	cliente esperando
	fila de clientes
	perdendo vend*
	perdendo client*
	prejuizo
	cannot log in
	cant log in
	cannot login
	cant login
	cannot access
	cant access
	unable to log
	unable to access
	locked out
	cannot invoice
	cant invoice
	cannot work
	cant work
	stopped working
	losing money
	losing sales
	customers waiting
	no puedo entrar
	no puedo acceder
	no puedo facturar
	no puedo emitir
	no podemos facturar
	no podemos emitir
	no podemos entrar
	no podemos trabajar
	no me deja entrar
	sin acceso
	dejo de funcionar
	perdiendo ventas
`)

// pressing: it is asked for at once, or a due time is near.
var pressing = phrasesOf(`
	urgent*
	urgencia
	urgentissimo
	emergencia
	o quanto antes
	o mais rapido possivel
	imediat*
	pra ontem
	para ontem
	vence hoje
	vence amanha
	prazo e hoje
	prazo hoje
	prazo termina hoje
	ate o fim do dia
	risco de multa
	vamos levar multa
	gera multa
	asap
	as soon as possible
	right away
	immediately
	emergency
	due today
	deadline is today
	lo antes posible
	cuanto antes
	de inmediato
	vence hoy
	vence manana
`)

var noHurry = phrasesOf(`
	sem pressa
	sem urgencia
	nao e urgente
	nao eh urgente
	nao tem pressa
	nao tem urgencia
	nada urgente
	quando puder*
	quando der
	quando tiver* tempo
	baixa prioridade
	no hurry
	no rush
	not urgent
	isnt urgent
	whenever you can
	when you have time
	when you get a chance
	low priority
	sin prisa
	sin apuro
	no es urgente
	no hay prisa
	cuando puedan
	cuando puedas
	cuando pueda
	baja prioridad
`)

// cosmetic: nobody is kept from working (the seed's "change the background picture"
// is low impact).
var cosmetic = phrasesOf(`
	imagem de fundo
	papel de parede
	cor do
	cor da
	cores d*
	erro de portugues
	erro de digitacao
	ortograf*
	alinhament*
	sugest*
	background image
	typo*
	spelling
	colour*
	color of
	suggestion
	imagen de fondo
	el color
	sugerencia
	falta de ortografia
`)

// onlyMe narrows a standstill to one person.
var onlyMe = phrasesOf(`
	so comigo
	so no meu
	so na minha
	apenas no meu
	apenas na minha
	apenas comigo
	somente no meu
	somente na minha
	so para mim
	only me
	only for me
	only on my
	just me
	just for me
	just on my
	solo a mi
	solo en mi
	solamente en mi
`)
