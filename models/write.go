package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// writeFolder makes a folder with the given files, whole or not at all: it is filled beside its place, flushed to the
// disk and renamed. A folder that is already there is left as it is.
func writeFolder(place string, files map[string][]byte) error {
	parent := filepath.Dir(place)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	sweep(parent)
	temporary, err := os.MkdirTemp(parent, unfinished)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer os.RemoveAll(temporary)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := writeThrough(filepath.Join(temporary, name), files[name]); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	if err := os.Chmod(temporary, 0o755); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := os.Rename(temporary, place); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("store: %w", err)
	}
	return syncFolder(parent)
}

// unfinished begins the name of a folder that is being written.
const unfinished = ".writing-"

// sweep removes what processes that were killed have left unfinished. No folder takes an hour to write.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // whoever needs the folder will say so
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && strings.HasPrefix(entry.Name(), unfinished) && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(filepath.Join(parent, entry.Name()))
		}
	}
}

// writeFile replaces a file as a whole. One writer at a time: the caller holds a lock.
func writeFile(path string, text []byte) error {
	temporary := path + ".writing"
	defer os.Remove(temporary) // there is none after the rename
	if err := writeThrough(temporary, text); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// writeThrough writes a file and waits until the disk has it.
func writeThrough(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder makes a rename last. Systems that cannot flush a folder (Windows) order renames themselves.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer folder.Close()
	_ = folder.Sync()
	return nil
}
