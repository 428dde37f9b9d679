package bulk

import (
	"strings"
	"testing"
	"testing/fstest"
)

const helpPage = `<!doctype html><html lang="pt-BR"><head><title>Trocar a senha | Ajuda</title>
<meta name="product" content="Fiscal"><meta name="viewport" content="width=device-width"><link rel="canonical" href="https://help.example/senha">
<style>p{color:red}</style></head><body><nav><a href="/">Início</a></nav><main><h1>Trocar a  senha</h1>
<p>Abra o menu <b>Perfil</b> e
clique em <code>Trocar</code>.</p><ol><li>Digite a <i>nova</i> senha</li><li><p>Confirme</p></li></ol><ul><li>Vale na hora</li></ul>
<h2>Não deu?</h2><p>Fale com a gente.<br>Estamos aqui.</p><script>alert(1)</script></main><footer>© Nós</footer></body></html>`

const helpText = "Abra o menu **Perfil** e clique em `Trocar`.\n\n1. Digite a nova senha\n\n2. Confirme\n\n- Vale na hora\n\n## Não deu?\n\nFale com a gente.\nEstamos aqui."

func TestPageIsAnArticle(t *testing.T) {
	t.Parallel()
	b := Read(fstest.MapFS{"ajuda/senha.html": {Data: []byte(helpPage)}}, "ajuda")
	if len(b.problems.found) > 0 || len(b.records) != 1 {
		t.Fatalf("%v, %d records", b.problems.found, len(b.records))
	}
	for column, want := range map[string]string{
		"id": "senha", "title": "Trocar a senha", "language": "pt-BR", "product": "Fiscal", "url": "https://help.example/senha", "body": helpText,
	} {
		if got := b.records[0].cells[column].text; got != want {
			t.Errorf("%s is\n%q, want\n%q", column, got, want)
		}
	}
}

func TestSiteMapNamesPages(t *testing.T) {
	t.Parallel()
	site := fstest.MapFS{
		"site/sitemap.xml": {Data: []byte(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
			<url><loc>https://help.example/a/senha</loc><lastmod>2026-03-01</lastmod></url><url><loc>https://help.example/a/senha</loc></url>
			<url><loc> https://help.example/notas/ </loc></url><url><loc>https://help.example/gone</loc></url>
			<url><loc>https://help.example/../../etc/passwd</loc></url></urlset>`)},
		"site/a/senha.html":     {Data: []byte(helpPage)},
		"site/a/rascunho.html":  {Data: []byte(helpPage)},
		"site/notas/index.html": {Data: []byte("<title>Notas</title><p>Texto")},
		"etc/passwd":            {Data: []byte("root")},
	}
	b := Read(site, "site/sitemap.xml")
	var ids, urls []string
	for _, r := range b.records {
		ids, urls = append(ids, r.cells["id"].text), append(urls, r.cells["url"].text)
	}
	if got := strings.Join(ids, " "); got != "senha notas" || b.records[0].cells["updated_at"].text != "2026-03-01" {
		t.Errorf("pages %q", got)
	}
	if got := strings.Join(urls, " "); got != "https://help.example/senha https://help.example/notas/" {
		t.Errorf("addresses %q", got)
	}
	if len(b.problems.found) != 2 || b.problems.found[0].Code != NoPage {
		t.Errorf("problems %+v", b.problems.found)
	}
	if b := Read(fstest.MapFS{"x.xml": {Data: []byte("<html>")}}, "x.xml"); len(b.problems.found) != 1 || b.problems.found[0].Code != NoPages {
		t.Errorf("no site map: %+v", b.problems.found)
	}
}

func FuzzPage(f *testing.F) {
	f.Add(helpPage)
	f.Add("<ol><li><ol><li>x")
	f.Fuzz(func(t *testing.T, text string) {
		b := &Batch{}
		b.page("x.html", text, "", "")
		if len(b.records) != 1 {
			t.Fatal("no article")
		}
	})
}
