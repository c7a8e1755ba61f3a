package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Names of the files in a version's folder.
const (
	modelFile = "model.json"
	sumsFile  = "SHA256SUMS"
	CardFile  = "card.md" // the model card, for people
)

// besideName is what a file beside model.json may be called: no folder, no hidden file.
var besideName = regexp.MustCompile(`^[a-z][a-z0-9_-]*\.[a-z]+$`)

// versionFiles are a version's files by name, with their checksums in the form of sha256sum: model.json first, then the others by name.
func versionFiles(model []byte, beside map[string][]byte) (map[string][]byte, error) {
	files := map[string][]byte{modelFile: model}
	var names []string
	for name, text := range beside {
		if !besideName.MatchString(name) || name == modelFile {
			return nil, fmt.Errorf("%w: file %q beside a version", ErrName, name)
		}
		names = append(names, name)
		files[name] = text
	}
	sort.Strings(names)
	var sums strings.Builder
	for _, name := range append([]string{modelFile}, names...) {
		fmt.Fprintf(&sums, "%s  %s\n", checksum(files[name]), name)
	}
	files[sumsFile] = []byte(sums.String())
	return files, nil
}

func checksum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// checkFiles holds every file of a version's folder against SHA256SUMS; sum is that of model.json. A listed file that is missing, one that was
// changed, and a list that is no list are [ErrChecksum].
func checkFiles(dir, sum string) error {
	listed, err := os.ReadFile(filepath.Join(dir, sumsFile))
	head := sum + "  " + modelFile + "\n"
	if err != nil || !strings.HasPrefix(string(listed), head) {
		return damaged(dir, modelFile)
	}
	last := ""
	for line := range strings.Lines(string(listed)[len(head):]) {
		want, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !found || !strings.HasSuffix(line, "\n") || !besideName.MatchString(name) || name <= last || name == modelFile {
			return damaged(dir, sumsFile)
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || checksum(text) != want {
			return damaged(dir, name)
		}
		last = name
	}
	return nil
}

// damaged is [ErrChecksum] of a file in a version's folder, with the way out.
func damaged(dir, name string) error {
	return fmt.Errorf("store: %s: %w; put the folder back from a copy, or remove it and make the version again: the same files, settings and program give the same version",
		filepath.Join(dir, name), ErrChecksum)
}

// File reads a file that was stored beside a version, after the whole folder was checked. ref is as in [Store.Get].
func (s *Store) File(model, ref, name string) ([]byte, error) {
	id, err := s.Resolve(model, ref)
	if err != nil {
		return nil, err
	}
	if !besideName.MatchString(name) {
		return nil, fmt.Errorf("%w: file %q beside a version", ErrName, name)
	}
	if _, err := s.read(model, id); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(s.versionDir(model, id), name))
	if err != nil {
		return nil, fmt.Errorf("store: version %s of model %q has no %s: %w", id, model, name, err)
	}
	return text, nil
}
