package page

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// CheckPlace says what keeps a report from being written to a path, before the long work; the empty path is fine: no report.
func CheckPlace(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err == nil && !info.IsDir() {
		err = errors.New("its folder is no folder")
	}
	if err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("report %s: it is a folder; give the name of a file", path)
	}
	return nil
}

// WriteFile writes a report whole or not at all: under the path there is afterwards the new one or, on an error, what was there before.
func WriteFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer os.Remove(file.Name()) // there is none after the rename
	if err := errors.Join(write(file), file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
