package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// refuseExisting says at once, before anything is read, that a file would be replaced.
func refuseExisting(c *Config) error {
	if c.Out == "" || c.Overwrite {
		return nil
	}
	schema, rules := c.files()
	var faults []error
	for _, path := range []string{schema, rules} {
		if _, err := os.Lstat(path); err == nil {
			faults = append(faults, fmt.Errorf("%s: %w; give another folder, or allow it to be replaced", path, ErrExists))
		} else if !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// write puts both files into Out: each appears whole or not at all.
func write(p *Profile, c *Config) error {
	if c.Out == "" {
		return nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	p.SchemaFile, p.RulesFile = c.files()
	if err := writeWhole(p.SchemaFile, p.SchemaText, c.Overwrite); err != nil {
		return err
	}
	return writeWhole(p.RulesFile, p.RulesText, c.Overwrite)
}

// writeWhole writes a file beside its place, flushes it and then names it. Without overwrite a file that has come into
// being meanwhile stays.
func writeWhole(path string, text []byte, overwrite bool) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if overwrite {
		return os.Rename(f.Name(), path)
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrExists)
	} else if err == nil {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without links
}
