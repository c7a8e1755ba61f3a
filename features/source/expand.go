package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand turns what a user may name into the files of one table: a file stands for itself, a folder for the data
// files directly in it (.csv, .tsv, .txt or .parquet, with or without .gz or .zst; names that begin with . or _
// are left out, as writers use them for what is not data), and a pattern of [filepath.Match] for the files that
// match. Each folder's and pattern's files are sorted by name; a file found twice is listed once.
//
// It returns [ErrNoFiles] when a folder holds no data file or a pattern matches nothing, [ErrMixedFormats] when
// the files are partly Parquet, and the error of [os.Stat] for a file that is not there.
func Expand(paths []string) ([]string, error) {
	if len(paths) == 0 {
		return nil, ErrNoFiles
	}
	var files []string
	for _, path := range paths {
		found, err := expandOne(path)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	files = unique(files)
	return files, checkOneFormat(files)
}

// expandOne finds the files of one argument. What exists under the very name is never taken for a pattern.
func expandOne(path string) ([]string, error) {
	stat, err := os.Stat(path)
	switch {
	case err == nil && stat.IsDir():
		return listFolder(path)
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(path, "*?["):
		return nil, err
	}
	matches, err := filepath.Glob(path)
	if err != nil {
		return nil, fmt.Errorf("pattern %s: %w", path, err)
	}
	dots := strings.HasPrefix(filepath.Base(path), ".")
	matches = slices.DeleteFunc(matches, func(match string) bool {
		if strings.HasPrefix(filepath.Base(match), ".") && !dots { // as a shell does
			return true
		}
		stat, err := os.Stat(match)
		return err == nil && stat.IsDir()
	})
	if len(matches) == 0 {
		return nil, fmt.Errorf("pattern %s: %w match it", path, ErrNoFiles)
	}
	return matches, nil
}

// listFolder lists the data files of a folder by name.
func listFolder(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		hidden := strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_")
		if hidden || entry.IsDir() || formatByName(entry.Name()) == formatUnknown {
			continue
		}
		files = append(files, filepath.Join(path, entry.Name()))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("folder %s: %w: it holds no .csv, .tsv, .txt or .parquet file (folders within it are not searched)", path, ErrNoFiles)
	}
	return files, nil
}

// unique drops later mentions of a file.
func unique(files []string) []string {
	seen := make(map[string]bool, len(files))
	return slices.DeleteFunc(files, func(file string) bool {
		key := filepath.Clean(file)
		was := seen[key]
		seen[key] = true
		return was
	})
}

// checkOneFormat reports a table of both CSV and Parquet files: by their names, and by the first bytes of a file
// whose name does not say.
func checkOneFormat(files []string) error {
	var csv, parquet string
	for _, file := range files {
		if looksLikeParquet(file) {
			parquet = file
		} else {
			csv = file
		}
	}
	if csv != "" && parquet != "" {
		return fmt.Errorf("%w: %s and %s; give one kind at a time", ErrMixedFormats, csv, parquet)
	}
	return nil
}

func looksLikeParquet(path string) bool {
	if byName := formatByName(path); byName != formatUnknown {
		return byName == formatParquet
	}
	f, err := os.Open(path)
	if err != nil {
		return false // whoever reads it will say why
	}
	defer f.Close()
	start := make([]byte, len(magicParquet))
	_, err = f.ReadAt(start, 0)
	return err == nil && string(start) == magicParquet
}
