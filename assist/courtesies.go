package assist

// The wordings below are folded: no accents, no case. Portuguese first.

// denials turn what follows into its opposite. "No" is one in two of the languages,
// see denies.
var denials = wordSet("nao nunca jamais not never isnt arent wasnt hasnt havent doesnt didnt tampoco")

// greetings are hellos and calls for help that say nothing else.
var greetings = joined(hellos, calls)

var hellos = phrasesOf(`
	oi
	oie*
	oii*
	oi beleza
	ola beleza
	opa beleza
	e ai beleza
	oi tudo certo
	ola
	opa
	e ai
	eai
	alo
	bom dia
	bons dias
	boa tarde
	boa noite
	prezad*
	car* equipe
	tudo bem
	tudo bom
	td bem
	tudo joia
	tudo certo por ai
	como vai
	como vao
	como voce esta
	como vc esta
	como voces estao
	como vcs estao
	espero que _ bem
	hello
	hi
	hey
	good morning
	good afternoon
	good evening
	dear
	how are you
	hola
	buenos dias
	buen dia
	buenas tardes
	buenas noches
	buenas
	que tal
	como estas
	como estan
	estimad*
`)

var calls = phrasesOf(`
	estou com um problema
	estamos com um problema
	tenho um problema
	i have a problem
	tengo un problema
	tenemos un problema
	meajuda*
	tem alguem ai
	alguem ai
	posso falar com voce*
	pode* me ajudar
	pode me tirar uma duvida
	me ajuda*
	preciso de _ ajuda
	preciso de ajuda
	quero ajuda
	socorro
	ajuda
	tenho uma duvida
	tenho duvida*
	uma duvida
	can you help me
	duvida*
	could you help me
	i need help
	i need some help
	i have a question
	help
	anyone there
	help me
	necesito ayuda
	me pueden ayudar
	me puedes ayudar
	ayuda
	tengo una duda
	tengo una pregunta
	me ajude
	me ajudem
	quero falar com voce*
`)

// thanks are thanks, praise, "nothing more" and goodbyes: none wants an answer.
var thanks = phrasesOf(`
	nao precisa* mais
	nao precisa*
	nao ha de que
	nao foi nada
	nao e nada
	nao tenho mais duvida*
	nao tenho mais pergunta*
	nao tenho mais
	nada mais
	era so isso
	mais nada
	so isso mesmo
	so isso
	era isso
	por enquanto
	nao obrigad*
	sem problema*
	no problem
	no worries
	not at all
	nothing else
	that is all
	thats all
	no hay problema
	no gracias
	no hay de que
	nada mas
	eso es todo
	no necesito nada mas
	obrigad*
	muito obrigad*
	brigad*
	obg
	obgd
	vlw
	valeu
	agradec*
	grato*
	grata*
	gratidao
	ok
	okay
	blz
	beleza
	perfeit*
	otimo*
	otima*
	show de bola
	show
	joia
	joinha
	combinado
	entendi
	entendid*
	ta bom
	ta certo
	tudo certo
	maravilh*
	excelente*
	sensacional
	nota 10
	nota dez
	parabens
	adorei
	amei
	tchau
	ate mais
	ate logo
	ate breve
	ate amanha
	ate a proxima
	falou
	flw
	abs
	abraco*
	bom fim de semana
	bom final de semana
	boa semana
	bom descanso
	bom feriado
	thanks
	thank you
	thx
	ty
	many thanks
	cheers
	much appreciated
	appreciate it
	great
	perfect
	awesome
	got it
	understood
	all good
	bye
	see you
	have a _ day
	have a _ weekend
	gracias
	muchas gracias
	muchisimas gracias
	mil gracias
	agradezco
	te lo agradezco
	se agradece
	perfecto
	genial
	listo
	entendido
	de acuerdo
	adios
	chau
	hasta luego
	que tenga* _ dia
`)

// well says that a trouble is over.
var well = joined(recovered, phrasesOf(`
	consegui
	conseguimos
	me ajudou
	me ajudaram
	ajudou
	ajudaram
	pode* fechar
	pode* encerrar
	pode* finalizar
	that helped
	you can close
	me ayudo
	me ayudaron
	pueden cerrar
	puede cerrar
`))

var recovered = phrasesOf(`
	resolvid*
	resolveu
	resolveram
	solucionad*
	solucionou
	deu certo
	deu tudo certo
	funcionou
	esta funcionando
	ta funcionando
	ja funcionando
	voltou a funcionar
	voltou ao normal
	ja voltou
	ja normalizou
	normalizado
	normalizou
	solved
	fixed
	resolved
	works now
	working now
	it works
	it worked
	is working
	that did it
	up again
	resuelto
	se resolvio
	ya funciona
	ya funciono
	ya esta funcionando
	ya volvio
	ya quedo
	solucionado
	quedo bien
`)

// courteous are those after which a word may be somebody's name.
var courteous = joined(hellos, thanks, well)

// beside are words that keep thanks company.
var beside = phrasesOf(`
	ajuda*
	atencao
	atendimento
	suporte
	retorno
	resposta
	rapidez
	rapid*
	agilidade
	paciencia
	gentileza
	presteza
	eficiencia
	equipe
	time
	pessoal
	gente
	galera
	problema
	chamado
	ticket
	caso
	certinho
	agora
	demais
	super
	sempre
	hoje
	ontem
	novamente
	imenso
	lind*
	educad*
	tir*
	help*
	support
	team
	response
	reply
	quick
	fast
	issue
	problem
	everything
	everyone
	lot
	again
	guys
	ayuda
	atencion
	equipo
	soporte
	respuesta
	dia
	semana
	fim
`)
