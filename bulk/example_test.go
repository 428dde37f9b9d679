package bulk_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"recado/bot/sqlstore"
	"recado/bulk"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// openDesk opens an empty database of its own.
func openDesk(t *testing.T) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Options{Driver: sqlstore.SQLite, DSN: filepath.Join(t.TempDir(), "desk.db"),
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// imported imports files that must be right.
func imported(t *testing.T, db dialogue.Store, b *bulk.Batch, at time.Time) bulk.Report {
	t.Helper()
	report, err := b.Import(t.Context(), db, at)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func files(texts map[string]string) *bulk.Batch {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return bulk.Read(fsys, ".")
}

func personAt(t *testing.T, db dialogue.Store, a message.Address) directory.Person {
	t.Helper()
	var p directory.Person
	err := db.View(t.Context(), func(r dialogue.Reader) (err error) {
		p, err = r.PersonAt(context.WithoutCancel(t.Context()), a)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	return p
}

// exported exports everything into memory.
func exported(t *testing.T, db dialogue.Store, format bulk.Format, language string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := bulk.Export(t.Context(), db, bulk.Kinds, format, language, func(name string) (io.WriteCloser, error) {
		return &memoryFile{name: name, in: out}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// memoryFile is kept when it is closed.
type memoryFile struct {
	name string
	data []byte
	in   fstest.MapFS
}

func (f *memoryFile) Write(p []byte) (int, error) { f.data = append(f.data, p...); return len(p), nil }
func (f *memoryFile) Close() error                { f.in[f.name] = &fstest.MapFile{Data: f.data}; return nil }

func TestExampleIsImportedOnce(t *testing.T) {
	db := openDesk(t)
	first := imported(t, db, bulk.Example(), noon)
	for kind, want := range map[bulk.Kind]int{bulk.Catalog: 22, bulk.Organisations: 2, bulk.People: 9, bulk.Articles: 12} {
		if got := first.Count(kind, bulk.Added); got != want {
			t.Errorf("%s: %d added, want %d", kind, got, want)
		}
	}
	again := imported(t, db, bulk.Example(), noon.Add(time.Hour))
	if !again.Clean() {
		t.Errorf("importing again changes:\n%s", again.Text("en"))
	}
}

func TestExampleIsWhoItSays(t *testing.T) {
	db := openDesk(t)
	imported(t, db, bulk.Example(), noon)
	ana := personAt(t, db, message.Address{Channel: message.WhatsApp, ID: "5511999990001"})
	org := ana.Members[0].Org
	carla := personAt(t, db, message.Address{Channel: message.Email, ID: "carla@aurora.example"})
	rui := personAt(t, db, message.Address{Channel: message.Email, ID: "rui@team.example"})
	paula := personAt(t, db, message.Address{Channel: message.Email, ID: "paula@contabil.example"})
	joao := personAt(t, db, message.Address{Channel: message.WhatsApp, ID: "5541999990004"})
	switch {
	case !ana.Is(org, directory.Standard) || !carla.Is(org, directory.Administrator):
		t.Errorf("ana %+v, carla %+v", ana.Members, carla.Members)
	case rui.Team != directory.Supervisor:
		t.Errorf("rui is %q", rui.Team)
	case len(paula.Members) != 2 || !paula.Members[0].ThirdParty:
		t.Errorf("paula %+v", paula.Members)
	case !ana.Verified(message.Address{Channel: message.Email, ID: "ana@aurora.example"}):
		t.Error("ana's e-mail is not verified")
	case joao.Verified(message.Address{Channel: message.WhatsApp, ID: "5541999990004"}):
		t.Error("joão's number is verified, and nobody said so")
	}
}

// What is exported and imported again changes nothing, in both formats.
func TestExportComesBackUnchanged(t *testing.T) {
	db := openDesk(t)
	imported(t, db, bulk.Example(), noon)
	imported(t, db, odd, noon)
	for name, export := range map[string]fstest.MapFS{
		"yaml":             exported(t, db, bulk.YAML, "pt-BR"),
		"csv, Portuguese":  exported(t, db, bulk.CSV, "pt-BR"),
		"csv, English":     exported(t, db, bulk.CSV, "en"),
		"csv, into Latin1": latin1(t, exported(t, db, bulk.CSV, "pt-BR")),
	} {
		t.Run(name, func(t *testing.T) {
			report, err := bulk.Read(export, ".").Plan(t.Context(), db, noon.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			if !report.Clean() {
				t.Errorf("it changes:\n%s", report.Text("en"))
			}
			for kind, want := range map[bulk.Kind]int{bulk.Catalog: 22, bulk.Organisations: 4, bulk.People: 12, bulk.Articles: 13} {
				if got := report.Count(kind, bulk.Unchanged); got != want {
					t.Errorf("%s: %d came back, want %d", kind, got, want)
				}
			}
		})
	}
}
