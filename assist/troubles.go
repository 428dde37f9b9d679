package assist

// troubles are wordings of something that goes wrong, folded. They make a text a
// matter whatever courtesies surround it.
var troubles = phrasesOf(`
	nao funcion*
	nao esta funcionando
	nao ta funcionando
	nao estava *
	nao consig*
	nao consegu*
	nao estou conseguindo
	nao to conseguindo
	nao deu certo
	nao resolv*
	nao foi resolvid*
	nao esta resolvid*
	nao ajud*
	nao abre*
	nao abri*
	nao entra*
	nao carreg*
	nao emit*
	nao imprim*
	nao autoriz*
	nao transmit*
	nao receb*
	nao cheg*
	nao aparec*
	nao salv*
	nao calcul*
	nao fecha*
	nao atualiz*
	nao integr*
	nao sincroniz*
	nao gera*
	nao grava*
	nao bat*
	ainda nao
	continua com
	continua sem
	continua dando
	continua o
	mesmo erro
	mesmo problema
	parou
	pararam
	parad*
	trav*
	caiu
	cai toda
	fora do ar
	erro*
	falh*
	defeito
	bug*
	rejei*
	lent*
	lentidao
	sumiu
	sumiram
	desapareceu
	duplicad*
	bloquead*
	corrompid*
	quebr*
	invalid*
	incorret*
	errad*
	divergen*
	inconsisten*
	does not work
	doesnt work
	do not work
	dont work
	not working
	isnt working
	did not work
	didnt work
	still not
	still broken
	still the same
	still get*
	cannot
	cant
	can not
	unable to
	wont
	will not
	error*
	fail*
	broken
	crash*
	freez*
	frozen
	stuck
	down
	outage
	slow
	wrong
	missing
	rejected
	no funcion*
	no esta funcionando
	no puedo
	no podemos
	no puede
	no pueden
	no logr*
	no se puede
	no abre*
	no carga*
	no emite*
	no imprime*
	no aparece*
	no lleg*
	no me deja
	no sirvi*
	no se resolvi*
	no esta resuelt*
	aun no
	todavia no
	sigue sin
	sigue con
	sigue dando
	sigue igual
	fallo*
	falla*
	se cayo
	caid*
	trabad*
	congelad*
	rechazad*
	lento
	desaparecio
	equivocad*
`)
