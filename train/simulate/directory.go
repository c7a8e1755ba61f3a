package simulate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"leadscore/features/source"
)

// ErrInTheWay is returned when the directory holds a file of a name to be written that no simulation wrote.
var ErrInTheWay = errors.New("not made by a simulation, and would be overwritten")

// truthMark begins every TRUTH.md; it is how an earlier simulation is known.
const truthMark = "# The truth of a made-up lead history\n"

// fileNames are all names that a simulation may write. TRUTH.md comes last: where it stands, the others are whole.
func fileNames() []string {
	return []string{"leads.csv", "events.csv", "leads.parquet", "events.parquet", "truth.csv",
		"newleads.csv", "newevents.csv", "newtruth.csv", "stages.csv", "costs.csv", "PROCESS.md", "TRUTH.md"}
}

// directory is a place for files that appear all at the end or not at all.
type directory struct {
	final, temporary string
	exists           bool // final is there already
	created          []*os.File
	tables           []*source.Writer
}

// openDirectory makes a temporary directory: beside final, or inside it where it exists. It returns [ErrInTheWay] rather than
// overwrite what is not ours.
func openDirectory(final string) (*directory, error) {
	final, err := filepath.Abs(final)
	if err != nil {
		return nil, err
	}
	d := &directory{final: final}
	switch info, err := os.Stat(final); {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
			return nil, err
		}
		d.temporary, err = os.MkdirTemp(filepath.Dir(final), "."+filepath.Base(final)+"-unfinished-")
		return d, err
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, &ConfigError{Field: "Out", Value: final, Want: "a directory; this is a file"}
	}
	d.exists = true
	if err := d.checkOurs(); err != nil {
		return nil, err
	}
	d.temporary, err = os.MkdirTemp(final, ".unfinished-")
	return d, err
}

func (d *directory) checkOurs() error {
	truth, err := os.ReadFile(filepath.Join(d.final, "TRUTH.md"))
	if err == nil && bytes.HasPrefix(truth, []byte(truthMark)) {
		return nil
	}
	var errs []error
	for _, name := range fileNames() {
		if _, err := os.Lstat(filepath.Join(d.final, name)); err == nil {
			errs = append(errs, fmt.Errorf("%s: %w", filepath.Join(d.final, name), ErrInTheWay))
		}
	}
	return errors.Join(errs...)
}

func (d *directory) create(name string) (*os.File, error) {
	file, err := os.Create(filepath.Join(d.temporary, name))
	if err == nil {
		d.created = append(d.created, file)
	}
	return file, err
}

func (d *directory) createCSV(name, header string) (*csvFile, error) {
	file, err := d.create(name)
	if err != nil {
		return nil, err
	}
	f := &csvFile{file: file, buffer: bufio.NewWriterSize(file, 1<<18)}
	return f, f.write([]byte(header + "\n"))
}

// commit moves the files to their place. A new directory appears with one rename. In one that exists the files are replaced
// one by one, TRUTH.md being away in between.
func (d *directory) commit() error {
	if !d.exists {
		if err := os.Chmod(d.temporary, 0o755); err != nil {
			return err
		}
		return os.Rename(d.temporary, d.final)
	}
	names := fileNames()
	for i := range names {
		old := filepath.Join(d.final, names[len(names)-1-i])
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range names {
		err := os.Rename(filepath.Join(d.temporary, name), filepath.Join(d.final, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Remove(d.temporary)
}

// abort takes away what was written. It does nothing after a commit.
func (d *directory) abort() error {
	for _, f := range d.created {
		f.Close() // closed already, unless something failed
	}
	for _, w := range d.tables {
		w.Discard()
	}
	return os.RemoveAll(d.temporary)
}
