package reply

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The words by which mail programs mark an earlier mail, by language. They are what
// the programs of each language write, as far as we could learn it; RE2 has no \b
// beyond ASCII, so words are told apart by what surrounds them.

// lowered makes a set of lower-case words.
func lowered(words ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[strings.ToLower(w)] = true
	}
	return out
}

// writingVerbs are "wrote", whole words.
var writingVerbs = []string{
	"escreveu", "escreveram", "escrevi", // pt
	"wrote", "writes", "said", // en
	"escribió", "escribio", "escribe", "escribiu", "va escriure", "ha escrit", "escrigué", "idatzi du", // es, gl, ca, eu
	"a écrit", "ecrit", "écrit", "écrivait", // fr
	"schrieb", "hat geschrieben", "geschrieben", // de
	"ha scritto", "scritto", "scrisse", // it
	"schreef", "geschreven", "skryf", // nl, af
	"napisał", "napisała", "napisał(a)", "napisal", "napisal(a)", "napisała(a)", "napisał/a", "pisze", // pl
	"skrev", "skreiv", "skrifaði", // sv, da, no, is
	"kirjoitti", "kirjutas", // fi, et
	"написал", "написала", "написал(а)", "написал(a)", "пишет", "писал", "писал(а)", "писала", // ru
	"написав", "написала", "написав(ла)", "написав(-ла)", "пише", "писав", // uk
	"напісаў", "написа", "написао", "написала је", // be, bg, sr
	"napsal", "napsala", "napsal(a)", "napsal/a", "píše", // cs
	"napísal", "napísala", "napísal(a)", "napísal/a", // sk
	"napisao", "napisala", "napisao/la", "napisal/-a", "je napisal", // hr, sl
	"írta", "írt", "írja", // hu
	"a scris", "scris", "scrie", // ro
	"έγραψε", "έγραψαν", // el
	"yazdı", "yazmış", "yazdi", // tr
	"rašė", "parašė", "rakstīja", // lt, lv
	"كتابة", "menulis", "viết", "đã viết", "שכתב", "כתב", "כתבה", "כתב/ה", "نوشت", "كتب", "كتبت", "लिखा", // id, vi, he, fa, ar, hi
}

// verbs are writingVerbs by their last word.
var verbs = func() map[string]bool {
	out := map[string]bool{}
	for _, v := range writingVerbs {
		words := wordsOf(v)
		for len(words) > 1 && len(words[len(words)-1]) <= len("лa") { // "napisal(a)"
			words = words[:len(words)-1]
		}
		out[words[len(words)-1]] = true
	}
	return out
}()

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// verbAt finds a verb of writing: a whole word, or in scripts without blanks a part.
// nil when there is none. An expression would take most of the time of a reply.
func verbAt(s string) []int {
	start := -1
	for i, r := range s + " " {
		switch letter := unicode.IsLetter(r) || unicode.IsMark(r); {
		case letter && start < 0:
			start = i
		case !letter && start >= 0:
			if verbs[strings.ToLower(s[start:i])] {
				return []int{start, i}
			}
			start = -1
		}
	}
	for _, v := range gluedVerbs {
		if at := strings.Index(s, v); at >= 0 {
			return []int{at, at + len(v)}
		}
	}
	return nil
}

// gluedVerbs are those of scripts that put no blanks between words.
var gluedVerbs = []string{"写道", "寫道", "写到", "写了", "作成", "書きました", "のメール", "のメッセージ", "작성", "작성한 글", "썼습니다", "เขียนว่า", "เขียน"}

// alternation is words as a part of an expression, longest first.
func alternation(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	slices.SortFunc(quoted, func(a, b string) int { return len(b) - len(a) })
	return strings.Join(quoted, "|")
}

// introStarts are what stands before the date, or before the name, in an introduction.
var introStarts = regexp.MustCompile(`(?i)^(?:` + alternation([]string{
	"às", "em", "no dia", "na data de", "dia", "on", "at", "in", "el", "el día", "con fecha", "en fecha", "a les", "le", "am", "vom",
	"il giorno", "il", "in data", "alle", "op", "den", "d.", "w dniu", "dnia", "dne", "dňa", "dana", "på", "pe", "în data de", "în",
	"la data de", "la",
	"στις", "την", "vào", "vào lúc", "lúc", "pada", "tanggal", "kuupäeval", "בתאריך", "ב-", "بتاريخ", "في", "در تاریخ", "در", "เมื่อ",
	"quoting", "citando", "zitat von", "citat", "citazione", "selon", "во", "в", "у", "на", "от", "з", "op den", "datums",
}) + `)[ ,:]|^[在于於]|^\d`)

// introNouns begin an introduction that has no verb of writing, or not one of ours.
var introNouns = regexp.MustCompile(`(?i)^(?:missatge de|mensagem de|mensaje de|message de|nachricht von|messaggio di|bericht van` +
	`|wiadomość napisana przez|kontakt|בתאריך|ب-|w dniu) `)

// finnishIntro is the one in which Thunderbird puts a bare name first.
var finnishIntro = regexp.MustCompile(`^[^.!?:]{2,80} kirjoitti \d`)

// dayWords are weekdays and months, whole and short: dates begin with them.
var dayWords = lowered(strings.Fields(`
	segunda terça quarta quinta sexta sábado domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira seg ter qua qui sex sáb sab dom
	lunes martes miércoles jueves viernes lun mar mié mie jue vie
	monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
	lundi mardi mercredi jeudi vendredi samedi dimanche lunedì martedì mercoledì giovedì venerdì sabato domenica
	montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
	maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
	man tir tirs lør søn mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag mån tis ons tors tor fre lör sön
	poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz
	понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс неділя понеділок вівторок середа четвер субота нд
	pondělí úterý středa čtvrtek pátek neděle po út st čt pá ne utorok streda štvrtok piatok nedeľa
	hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi vineri sâmbătă duminică
	pazartesi salı çarşamba perşembe cuma cumartesi pazar paz pzt sal çar per cum cmt
	maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ma ti ke to pe la su
	january february march april may june july august september october november december jan feb apr jun jul aug sep sept oct nov dec
	janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro fev abr mai ago set out dez
	enero febrero marzo mayo junio julio septiembre octubre noviembre diciembre ene dic`)...)

var (
	introDate = regexp.MustCompile(`\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|(?:19|20|25)\d{2}|\d{1,2}[:.h]\d{2}`)
	// introAddress may be masked with stars, as GitHub does.
	introAddress = regexp.MustCompile(`[<(\[] ?(?:mailto:)?[^<>()\[\]\s]*[@*][^<>()\[\]\s]*(?:<mailto:[^>]*>)? ?[>)\]]` +
		`|&lt; ?[^\s]+@[^\s]+ ?&gt;|[^\s<>@"]+@[^\s<>@"]+\.[\pL\d]+`)
	// androidIntro is the mail program of old Androids, in any language: "---- bob wrote ----".
	androidIntro = regexp.MustCompile(`^[` + dashes + `]{2,} ?\S.{0,200}\S:? ?[` + dashes + `]{2,}$`)
)

// separators are what programs write between lines of dashes, or before a colon.
type separator int

const (
	noSeparator separator = iota
	original              // an earlier mail follows, answered or passed on
	forwarded             // a mail that is passed on follows
	above                 // "write above this line"
)

var originalWords = lowered(
	"mensagem original", "mensagem de origem", "original message", "original mail", "original e-mail", "original email", "original appointment",
	"mensaje original", "mensaje de origen", "correo original", "missatge original", "mensaxe orixinal",
	"message d'origine", "message d’origine", "message original", "message initial", "courriel original",
	"ursprüngliche nachricht", "originalnachricht", "original-nachricht", "original nachricht", "ursprüngliche e-mail",
	"ursprünglicher termin", "ursprüngliche mail",
	"messaggio originale", "messaggio di origine", "oorspronkelijk bericht", "origineel bericht", "oorspronkelijk e-mailbericht",
	"wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna", "treść oryginalnej wiadomości",
	"originalmeddelande", "ursprungligt meddelande", "ursprungligt mejl", "oprindelig meddelelse", "original meddelelse",
	"opprinnelig melding", "originalmelding",
	"alkuperäinen viesti", "исходное сообщение", "оригинальное сообщение", "первоначальное сообщение", "исходное письмо",
	"оригінальне повідомлення", "вихідне повідомлення", "початкове повідомлення", "původní zpráva", "původní e-mail", "pôvodná správa",
	"izvorna poruka", "izvirno sporočilo", "originalna poruka",
	"eredeti üzenet", "eredeti levél", "mesaj original", "mesajul original", "orijinal mesaj", "özgün ileti", "asıl ileti", "orjinal ileti",
	"αρχικό μήνυμα", "оригинално съобщение", "originele bericht", "thư gốc", "tin nhắn gốc", "pesan asli", "הודעה מקורית", "ההודעה המקורית",
	"الرسالة الأصلية", "رسالة أصلية", "پیام اصلی",
	"原始邮件", "原始郵件", "原始信件", "原邮件", "元のメッセージ", "元のメール", "オリジナルメッセージ", "원본 메시지", "원본 메일", "ต้นฉบับข้อความ", "ข้อความต้นฉบับ", "मूल संदेश",
)

var forwardedWords = lowered(
	"mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada",
	"e-mail encaminhado", "início da mensagem reenviada", "mensagem reenviada",
	"forwarded message", "forwarded mail", "forwarded email", "begin forwarded message", "forwarded by", "start of forwarded message",
	"mensaje reenviado", "inicio del mensaje reenviado", "correo reenviado", "mensaje reenviado por", "missatge reenviat",
	"inici del missatge reenviat", "mensaxe reenviada",
	"message transféré", "message transmis", "message réexpédié", "début du message réexpédié", "début du message transféré",
	"courriel transféré", "début du courriel réexpédié",
	"weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitete e-mail", "weitergeleitete mail",
	"anfang der weitergeleiteten e-mail",
	"messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "doorgestuurd bericht",
	"begin doorgestuurd bericht", "doorgestuurde bericht",
	"wiadomość przekazana", "przekazana wiadomość", "wiadomość przesłana dalej", "początek przekazywanej wiadomości",
	"początek wiadomości przekazanej", "treść przekazanej wiadomości", "przesłana wiadomość",
	"vidarebefordrat meddelande", "vidarebefordrat mejl", "vidarebefordrat brev", "börja vidarebefordrat meddelande",
	"videresendt meddelelse", "start på videresendt besked", "videresendt besked", "videresendt mail",
	"videresendt melding", "videresendt e-post", "begynnelse på videresendt melding", "start på videresendt melding",
	"edelleenlähetetty viesti", "välitetty viesti", "välitetty viesti / fwd.msg", "välitetty viesti alkaa", "edelleen lähetetty viesti",
	"пересылаемое сообщение", "пересланное сообщение", "пересылаемое письмо", "пересланное письмо", "перенаправленное сообщение",
	"начало переадресованного сообщения", "переадресованное сообщение", "начало пересылаемого сообщения",
	"перенаправлене повідомлення", "переслане повідомлення", "пересланий лист", "початок листа, що пересилається",
	"початок переадресованого листа", "переадресоване повідомлення",
	"přeposlaná zpráva", "začátek přeposílané zprávy", "přeposlaný e-mail", "přeposlaná správa", "preposlaná správa",
	"začiatok preposlanej správy", "začiatok preposielanej správy",
	"proslijeđena poruka", "započni proslijeđenu poruku", "prosleđena poruka", "posredovano sporočilo", "začetek posredovanega sporočila",
	"továbbított üzenet", "továbbított levél", "továbbított levél kezdete", "továbbított üzenet kezdete",
	"mesaj redirecționat", "mesaj redirecţionat", "începe mesajul redirecționat", "mesaj transmis", "mesaj retransmis", "mesaj înaintat",
	"iletilen ileti", "iletilmiş mesaj", "iletilen mesaj", "iletilmiş ileti", "ileti başlangıcı", "yönlendirilen mesaj",
	"yönlendirilmiş ileti", "i̇letilen i̇leti",
	"προωθημένο μήνυμα", "έναρξη προωθημένου μηνύματος", "препратено съобщение", "edastatud kiri", "edasi saadetud kiri", "edastatud sõnum",
	"persiųstas laiškas", "pārsūtīta vēstule", "pārsūtītais ziņojums",
	"thư được chuyển tiếp", "tin nhắn được chuyển tiếp", "bắt đầu thư được chuyển tiếp", "pesan terusan", "pesan yang diteruskan",
	"mesej yang dimajukan",
	"הודעה שהועברה", "תחילת ההודעה שהועברה", "رسالة معاد توجيهها", "رسالة مُعاد توجيهها", "رسالة محولة", "بدء الرسالة المعاد توجيهها",
	"پیام هدایت شده",
	"转发的邮件", "转发邮件信息", "轉寄的郵件", "轉寄郵件", "转发邮件", "被转发邮件", "被转发的邮件", "以下是转发的邮件", "开始转发的邮件", "开始转发邮件", "開始轉寄郵件", "转发的消息", "已转发邮件", "已轉寄的郵件",
	"轉寄的訊息", "已轉寄的訊息", "轉寄訊息",
	"転送されたメッセージ", "転送メッセージ", "メッセージを転送", "転送されたメール", "転送メール", "전달된 메시지", "전달된 메일", "전달된 이메일", "전달된 메세지", "ข้อความที่ส่งต่อ", "अग्रेषित संदेश",
)

// field is what a line of a mail's head stands for.
type field int

const (
	noField field = iota
	fieldFrom
	fieldDate
	fieldTo
	fieldCc
	fieldSubject
	fieldOther
)

// labelWords name the lines of a head, as Outlook, Apple Mail, Gmail, Thunderbird,
// Yahoo and their like write them.
var labelWords = map[field][]string{
	fieldFrom: {
		"De", "From", "Von", "Da", "Van", "Od", "Från", "Fra", "Remetente", "Remitente", "Expéditeur", "Absender", "Mittente", "Afzender", "Nadawca",
		"От", "От кого", "Отправитель", "Від", "Від кого", "Відправник", "Lähettäjä", "Šalje", "Feladó", "De la", "Expeditor",
		"Expeditorul", "Kimden", "Gönderen", "Saatja", "Nuo", "No", "Odesílatel", "Odosielateľ", "Avsender", "Afsender", "Avsändare",
		"Από", "Подател", "Từ", "Người gửi", "Dari", "Daripada", "מאת", "من", "المرسل", "از", "发件人", "寄件者", "寄件人", "发件者", "差出人", "送信元",
		"送信者", "보낸 사람", "보낸사람", "발신", "จาก", "प्रेषक", "Nga", "Pošiljatelj", "Pošiljalec",
	},
	fieldDate: {
		"Data", "Date", "Datum", "Dato", "Fecha", "Sent", "Enviado", "Enviada", "Enviado em", "Enviada em", "Enviado el", "Enviat",
		"Envoyé", "Envoyé le", "Envoyée", "Gesendet", "Gesendet am", "Inviato", "Inviato il", "Inviata", "Verzonden", "Verzonden op",
		"Wysłano", "Wysłane", "Skickat", "Skickad", "Sendt", "Lähetetty", "Päivämäärä", "Päiväys", "Pvm", "Дата", "Отправлено", "Отправлен",
		"Дата отправки", "Надіслано", "Відправлено", "Odesláno", "Odoslané", "Dátum", "Elküldve", "Küldve", "Küldés ideje", "Trimis",
		"Trimis la", "Dată", "Tarih", "Gönderildi", "Gönderme Tarihi", "Gönderim tarihi",
		"Poslano", "Saadetud", "Kuupäev", "Ημερομηνία", "Στάλθηκε", "Изпратено", "Ngày", "Đã gửi", "Gửi lúc", "Tanggal", "Dikirim",
		"Terkirim", "תאריך", "נשלח", "التاريخ", "تاريخ", "تم الإرسال", "تاریخ", "发送时间", "发送日期", "发件时间", "寄件日期", "日期", "时间", "傳送時間", "送信日時",
		"日時", "日付", "送信日", "날짜", "보낸 날짜", "보낸 시간", "วันที่", "ส่ง", "दिनांक",
		"Message du", "Data de envio", "Data da mensagem", "Datum/Zeit", "Išsiųsta", "Nosūtīts", "Sent at", "Sent on",
	},
	fieldTo: {
		"Para", "To", "An", "À", "A", "Aan", "Till", "Til", "Do", "Pour", "Destinatário", "Destinatario", "Destinatários", "Destinataire",
		"Destinataires", "Empfänger", "Adresat", "Odbiorca", "Кому", "Получатель", "Одержувач", "Komu", "Pre", "Vastaanottaja", "Prima",
		"Címzett", "Către", "Catre", "La", "Destinatarul", "Destinatar", "Kime", "Alıcı", "Saaja", "Kellele", "Za", "Per a",
		"Προς", "До", "Tới", "Đến", "Người nhận", "Kepada", "Ke", "אל", "إلى", "الى", "به", "收件人", "收件者", "宛先", "送信先", "받는 사람", "받는사람",
		"수신", "ถึง", "प्रति", "Mottaker", "Modtager", "Mottagare", "Ontvanger", "Kam",
	},
	fieldCc: {
		"Cc", "CC", "C/c", "Cópia", "Com cópia", "Copia", "Con copia", "Kopie", "Kopia", "Kopi", "Copie à", "Copie", "Copia a", "Копия",
		"Копія", "Kópia", "Másolat", "Másolatot kap", "Kopio", "Dw", "DW", "Do wiadomości", "Bilgi", "Kopya", "Κοιν", "Κοινοποίηση",
		"Tembusan", "Đồng gửi", "עותק", "نسخة", "抄送", "副本", "抄送人", "참조", "สำเนา", "प्रतिलिपि", "Kp", "Kopija", "Bcc", "Cco", "Koopia",
		"Cci", "Ccn", "Копие",
	},
	fieldSubject: {
		"Assunto", "Asunto", "Assumpte", "Subject", "Betreff", "Objet", "Sujet", "Oggetto", "Onderwerp", "Ämne", "Emne", "Temat", "Тема",
		"Předmět", "Predmet", "Aihe", "Tárgy", "Subiect", "Subiectul", "Konu", "Naslov", "Teema", "Zadeva", "Θέμα", "Относно", "Chủ đề",
		"Tiêu đề", "Subjek", "Perihal", "נושא", "الموضوع", "موضوع", "主题", "主旨", "標題", "主題", "件名", "제목", "เรื่อง", "विषय", "Tema", "Temats",
		"Efni", "Lënda",
	},
	fieldOther: {
		"Responder a", "Responder para", "Reply-To", "Reply to", "Répondre à", "Antwort an", "Rispondi a", "Risposta", "Antwoord aan",
		"Importância", "Importancia", "Importance", "Importanza", "Priorität", "Prioridade", "Prioridad", "Priority", "Wichtigkeit",
		"Anexos", "Anexo", "Adjuntos", "Attachments", "Anlagen", "Pièces jointes", "Allegati", "Svar til", "Odpowiedz do", "Ответить",
		"Vastaus", "Organisation", "Organization", "Message-ID", "Reply-to",
	},
}

// labels are labelWords by name.
var labels = func() map[string]field {
	out := map[string]field{}
	for f, words := range labelWords {
		for _, w := range words {
			out[strings.ToLower(strings.TrimSuffix(w, ":"))] = f
		}
	}
	return out
}()

// forwardPrefixes are what a subject begins with when a mail is passed on.
var forwardPrefixes = lowered(
	"fw", "fwd", "fwd.", "enc", "rv", "tr", "wg", "i", "vs", "vb", "vl", "vid", "pd", "doorst", "ilt", "i̇lt", "redir", "redir.",
	"videresend", "továbbítás", "továbbított", "tov",
	"encaminhada", "encaminhado", "encaminhar", "reenviar", "reenviado", "renv", "trans", "transf", "πρθ", "прд", "пересл", "переслать",
	"прп", "preposl", "přep",
	"转发", "轉寄", "轉發", "转寄", "転送", "전달", "chuyển tiếp", "הועבר", "إعادة توجيه",
)
