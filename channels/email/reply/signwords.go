package reply

import "regexp"

// The forms of signatures, of what phones add, and of disclaimers.

var (
	strictDelimiter = regexp.MustCompile(`^[*_]*-- $`)
	looseDelimiter  = regexp.MustCompile(`^[*_]*(?:--|—|–|_{2}|_{10,}|-{2,3} ?\p{Lu}[\pL.]+(?: \p{Lu}[\pL.]+){0,3})[*_]*$`)
	drawnDelimiter  = regexp.MustCompile(`^(?:[-_=*~—–]{3,}|(?:[-_*] ){3,}[-_*]?)$`)
	// dashedName is a last line like "-Ana", without the blank that a list item has.
	dashedName = regexp.MustCompile(`^(?:[-–]|--+ ?|— ?|– )\p{Lu}[\pL.']*(?: \p{Lu}[\pL.']*){0,3}$`)

	signOff = regexp.MustCompile(`(?i)^(?:att|atte|atenciosamente|cordialmente|grat[oa]|obrigad[oa]|muito obrigad[oa]|abraços?|abs|saudações` +
		`|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|` +
		`(?:kind |best |warm |with (?:kind |best )?)?regards|best|cheers|thanks|thank you|many thanks|sincerely|yours (?:sincerely|faithfully` +
		`|truly)|` +
		`saludos?(?: cordiales)?|un (?:cordial )?saludo|atentamente|gracias|muchas gracias|cordialement|bien (?:à vous|cordialement)|merci|` +
		`(?:mit )?(?:freundlichen|besten|viele|beste|liebe) grüßen?|mfg|vg|lg|cordiali saluti|distinti saluti|saluti|grazie|` +
		`met vriendelijke groet(?:en)?|groeten|mvg|pozdrawiam|z poważaniem|с уважением|z pozdravem|s pozdravem|vänliga hälsningar` +
		`|med vennlig hilsen|med venlig hilsen|mvh|ystävällisin terveisin|saygılarımla|üdvözlettel|cu stimă)[\s,.!:*_–-]*$`)
	contact = regexp.MustCompile(`(?i)@|https?://|www\.|\|[^|]+|\+?\d[\d\s().-]{7,}\d|\b(?:ceo|cto|cfo|coo|manager|director|engineer|analyst` +
		`|support|head of|diretora?|gerente|analista|supervisora?|coordenadora?|engenheir[oa]|técnic[oa]|ingenier[oa]|ltda|s\.a\.|gmbh|inc\.|llc` +
		`|tel|cel|fone|fax|ramal|whatsapp)\b`)

	footerLine = regexp.MustCompile(`(?i)^[\s<(*_\["«‐-]*(?:` +
		`(?:enviad[oa]|mandad[oa]|escrit[oa]) (?:(?:do|da|de|pelo|pela|desde|via|con|com|no|através|a partir d[oe]|usando|por)(?: ` +
		`|$)).{0,50}(?:iphone|ipad|ipod|android|celular|smartphone|telefone|tel[eé]fono|dispositivo|m[oó]v[ei]l|` +
		`outlook|yahoo|gmail|samsung|galaxy|motorola|moto|xiaomi|redmi|huawei|nokia|lg|blackberry|windows|e-?mail|correo|proton|zoho|mac|tablet` +
		`|spark|mailspring|superhuman|thunderbird)` +
		`|sent (?:from|via|with|using|by|on) .{1,60}` +
		`|from (?:my )(?:iphone|ipad|android|mobile|phone|blackberry|galaxy).{0,20}|(?:\S+ )?from (?:my )?mobile` +
		`|(?:get|try|obter|obtenha|obtener|obt[eé]n|obtenir|téléchargez|baixe|baixar|descargar?|scarica|ottieni|holen sie sich|pobierz|hämta|hent` +
		`|ladda ned|download) .{0,20}\[?outlook .{1,40}|outlook (?:für|voor|pour|para|for) .{1,30}` +
		`|envoy[ée]e? (?:de|depuis|à partir d|avec|par|via).{1,60}|(?:diese nachricht wurde )?von mein\pL+ .{1,50} gesendet\.?|gesendet (?:von` +
		`|mit|über|aus) .{1,60}|diese nachricht wurde .{1,60} gesendet` +
		`|inviat[oa] (?:da|dal|con|tramite) .{1,50}|verzonden (?:vanaf|met|via|vanuit) .{1,50}|verstuurd (?:vanaf|met|via) .{1,50}` +
		`|wysłan[eo] (?:z|za|przez) .{1,50}` +
		`|отправлен[оа]? (?:с|из|от|через) .{1,60}|(?:надіслано|відправлено) (?:з|із|за) .{1,50}|изпратено от .{1,40}|skicka(?:t|des) (?:från|med` +
		`|via) .{1,50}|sendt (?:fra|med|via|ved) .{1,50}|lähetetty .{1,50}` +
		`|odes[lł]áno (?:z|ze|pomocí) .{1,50}|odoslané (?:z|zo|pomocou) .{1,50}|poslan[oa] (?:s|z|iz|sa) .{1,50}|trimis (?:de pe|din|cu` +
		`|prin) .{1,50}|στάλθηκε από .{1,40}|(?:được )?gửi từ .{1,40}|dikirim (?:dari|menggunakan) .{1,50}` +
		`|.{0,30}(?:iphone|ipad|android|samsung).{0,20}(?:gönderildi|küldve|から送信|에서 보냄|傳送|发送|發送)|.{0,30}(?:から送信|에서 보냄)|(?:发自|發自|從我的|从我的|通过` +
		`|來自).{1,40}|elküldve .{1,40}|נשלח מ.{1,40}|(?:أرسلت|أُرسلت|مرسل) من .{1,40}|ส่งจาก.{1,40}` +
		`|yahoo mail: search, organize, conquer|yahoo mail:? .{1,40}|.{0,10}(?:livre de vírus|virus-free|libre de virus|sans virus` +
		`|virenfrei).{0,60}` +
		`)[\s>)\]*_."»,;!]*$`)
	// excuse is what people let their phones say besides.
	excuse = regexp.MustCompile(`(?i)excus|typo|brevity|brief|sorry|autocorrect|desculp|erros|breve|disculp|errores|fautes|désol|entschuldig` +
		`|fehler|scus|refusi`)

	disclaimerHead = regexp.MustCompile(`(?i)^[\s*_]*(?:confidentiality (?:notice|note|statement)|legal (?:notice|disclaimer)|disclaimer` +
		`|aviso (?:legal|de confidencialidade|de confidencialidad|de privacidad)|nota de confidencial|declaração de confidencial|avertissement` +
		`|haftungsausschluss|avviso di riservatezza)\b`)
	paperForms = regexp.MustCompile(`(?i)(?:consider|think of|save) .{0,20}(?:the )?(?:environment|paper|trees).{0,60}print` +
		`|antes de imprimir|pense (?:no|bem antes de)|piense .{0,30}imprimir|avant d.imprimer|you (?:received|are receiving` +
		`|are subscribed).{0,60}(?:group|because you|mailing list)|to unsubscribe from this (?:group|list)|este e-?mail foi verificado` +
		`|this email has been (?:checked|scanned)|checked for viruses|mailing list$`)
)

// What the expressions above are not asked without: they are dear, and most lines hold
// none of these.
var (
	footerStems = []string{
		"sent", "from", "enviad", "mandad", "escrit", "outlook", "envoy", "gesendet", "inviat", "verzonden", "verstuurd", "wysłan",
		"отправл", "надісла", "відправл", "изпрат",
		"skicka", "lähetetty", "odeslán", "odesłán", "odoslan", "poslan", "trimis", "στάλθηκε", "gửi từ", "dikirim", "iphone", "ipad",
		"android", "samsung", "から送信", "에서 보냄", "傳送", "发自", "發自", "從我", "从我", "通过", "來自",
		"küldve", "נשלח", "أرسلت", "أُرسلت", "مرسل", "ส่งจาก", "yahoo", "vírus", "virus", "virenfrei",
	}
	paperStems = []string{"print", "imprim", "subscri", "receiv", "verificado", "viruses", "scanned", "mailing list"}
)

// What a disclaimer speaks of, and what it claims; in lower case, parts of words.
var (
	disclaimerTopics = []string{
		"mail", "message", "communication", "transmission", "information", "mensagem", "mensagens", "mensaje", "correo", "comunica",
		"informaç", "informaci", "conteúdo", "contenido",
		"nachricht", "courriel", "messaggi", "informazion", "bericht", "wiadomoś", "сообщени", "meddelande", "zpráv", "viesti",
	}
	disclaimerClaims = []string{
		"confiden", "confidenc", "vertraulich", "vertrouwelijk", "poufn", "privileged", "privilegiad", "legally", "intended", "addressee",
		"recipient", "destinat", "destinad", "exclusiv", "riservat", "disclos", "divulga",
		"responsab", "prohibi", "proibid", "verboten", "interdit", "unauthori", "não autoriz", "no autoriz", "конфиденциальн", "důvěrn",
		"adressat", "bestimmt", "luottamuksel", "por engano", "por error", "in error", "par erreur", "irrtümlich", "per errore",
	}
)
