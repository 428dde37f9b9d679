package bulk

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Read takes files, and folders with all that is below them, into a batch. Names are
// those of fs.FS; "." is all of fsys. What cannot be read becomes problems of the
// batch, which Plan and Import report together with everything else.
func Read(fsys fs.FS, names ...string) *Batch {
	b := &Batch{}
	for _, name := range names {
		info, err := fs.Stat(fsys, name)
		switch {
		case err != nil:
			b.problems.file(name, 0, Unreadable, "cause", reason(err))
		case info.IsDir():
			b.folder(fsys, name)
		default:
			b.file(fsys, name)
		}
	}
	return b
}

// reason is an error without the path, which stands before it anyway.
func reason(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err.Error()
	}
	return err.Error()
}

// folder reads what has a known ending, and leaves the rest and hidden files alone.
func (b *Batch) folder(fsys fs.FS, root string) {
	found := false
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		hidden := name != root && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case !d.IsDir() && !hidden && slices.Contains([]string{".yaml", ".yml", ".csv", ".md", ".html", ".htm"}, ending(name)) && !isReadme(name):
			found = true
			b.file(fsys, name)
		}
		return nil
	})
	if err != nil {
		b.problems.file(root, 0, Unreadable, "cause", reason(err))
	} else if !found {
		b.problems.file(root, 0, NothingFound)
	}
}

func (b *Batch) file(fsys fs.FS, name string) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		b.problems.file(name, 0, Unreadable, "cause", reason(err))
		return
	}
	text, ok := decode(raw)
	if !ok {
		b.problems.file(name, 0, NotText)
		return
	}
	switch ending(name) {
	case ".yaml", ".yml":
		b.yaml(name, text)
	case ".csv":
		b.csv(name, text)
	case ".md":
		b.markdown(name, text)
	case ".html", ".htm":
		b.page(name, text, "", "")
	case ".xml":
		b.siteMap(fsys, name, text)
	default:
		b.problems.file(name, 0, UnknownFile)
	}
}

func ending(name string) string { return strings.ToLower(path.Ext(name)) }

func isReadme(name string) bool { return strings.EqualFold(stem(name), "readme") }

// stem is a file's name without folder and ending.
func stem(name string) string { return strings.TrimSuffix(path.Base(name), path.Ext(name)) }
