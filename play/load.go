package play

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Load reads a transcript with the worlds that it takes over ("given as in FILE").
func Load(path string) (*Script, error) {
	s, err := read(path)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, step := range s.Steps {
		file, ok := strings.CutPrefix(step.Text, "as in ")
		if step.Verb != Given || !ok {
			steps = append(steps, step)
			continue
		}
		world, err := read(filepath.Join(filepath.Dir(path), filepath.Base(file)))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, step.Line, err)
		}
		for _, w := range world.Steps {
			if w.Verb != Given {
				return nil, fmt.Errorf("%s:%d: a world has only given lines", world.Name, w.Line)
			}
			w.Line = step.Line
			steps = append(steps, w)
		}
	}
	s.Steps = steps
	return s, nil
}

func read(path string) (s *Script, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the transcript: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	return Parse(path, f)
}
