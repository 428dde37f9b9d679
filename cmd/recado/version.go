package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// versionCmd says which program this is.
type versionCmd struct{}

// Run prints one line: the version, the revision it was built from, and Go's version.
func (*versionCmd) Run(_ context.Context, std Streams) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	_, err := fmt.Fprintln(std.Out, versionLine(info))
	return err
}

func versionLine(info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	line := "recado " + version
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		line += " " + revision[:min(len(revision), 12)]
		if settings["vcs.modified"] == "true" {
			line += " (changed since)"
		}
	}
	if info.GoVersion != "" {
		line += ", " + info.GoVersion
	}
	return line
}
