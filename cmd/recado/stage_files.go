package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"recado/channels/local"
)

var fileForm = regexp.MustCompile(`^(\S+) (\d+) (KB|MB)$`)

// filesOf makes files of a name and a size: "foto.png 200 KB, filme.mp4 25 MB".
func filesOf(list string) ([]local.File, error) {
	var out []local.File
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		m := fileForm.FindStringSubmatch(one)
		if m == nil {
			return nil, fmt.Errorf("a file is a name and a size, not %q", one)
		}
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the size of %q: %w", one, err)
		}
		unit := map[string]int64{"KB": 1 << 10, "MB": 1 << 20}[m[3]]
		out = append(out, local.File{Name: m[1], Content: io.LimitReader(pattern(m[1]), n*unit)})
	}
	return out, nil
}

// pattern is an endless file that begins with its name, so that two differ; of a picture,
// with a small one of its kind.
func pattern(name string) io.Reader {
	var drawn bytes.Buffer
	blank := image.NewGray(image.Rect(0, 0, 120, 90))
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		_ = png.Encode(&drawn, blank) // in memory
	case ".jpg", ".jpeg":
		_ = jpeg.Encode(&drawn, blank, nil)
	}
	return io.MultiReader(&drawn, strings.NewReader(name), zeroes{})
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
