package source

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

// fileFormat is what a file's name or content says that it is.
type fileFormat int

const (
	formatUnknown fileFormat = iota
	formatCSV
	formatParquet
)

// formatByName tells a file's format by its extension, .gz and .zst left aside.
func formatByName(path string) fileFormat {
	name := strings.ToLower(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	for _, extension := range []string{".csv", ".tsv", ".txt"} {
		if strings.HasSuffix(name, extension) {
			return formatCSV
		}
	}
	if strings.HasSuffix(name, ".parquet") {
		return formatParquet
	}
	return formatUnknown
}

// The first bytes of the formats that a data file is, or is mistaken for.
const (
	magicParquet   = "PAR1"
	magicEncrypted = "PARE"
	magicGzip      = "\x1f\x8b"
	magicZstd      = "\x28\xb5\x2f\xfd"
	magicZip       = "PK\x03\x04"
	magicOldExcel  = "\xd0\xcf\x11\xe0"
)

// openTable opens a file as what it is. A name with an unknown extension may hold either format.
func openTable(path string, options *Options) (tableFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	opened, err := openFormat(f, path, options)
	if err != nil {
		f.Close()
		return nil, err
	}
	return opened, nil
}

func openFormat(f *os.File, path string, options *Options) (tableFile, error) {
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if stat.Size() == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrEmptyFile)
	}
	start := make([]byte, 4)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	start = start[:n]
	if err := checkStart(path, start); err != nil {
		return nil, err
	}
	if string(start) == magicParquet || formatByName(path) == formatParquet {
		return openParquet(f, path, stat.Size(), options)
	}
	return openCSV(f, path, options)
}

// checkStart reports a file whose first bytes say that it is not what its name says, or nothing that can be read.
func checkStart(path string, start []byte) error {
	starts := func(magic string) bool { return bytes.HasPrefix(start, []byte(magic)) }
	parquetName := formatByName(path) == formatParquet
	switch {
	case starts(magicParquet) && formatByName(path) == formatCSV:
		return notATable(path, "this is a Parquet file; rename it to .parquet")
	case parquetName && (starts(magicGzip) || starts(magicZstd)):
		return notATable(path, "a Parquet file inside a compressed file; unpack it first (Parquet is compressed inside)")
	case parquetName && starts(magicEncrypted):
		return notATable(path, "this Parquet file is encrypted")
	case parquetName && !starts(magicParquet):
		return notATable(path, "this is no Parquet file: it does not begin with PAR1 but with %q", start)
	case starts(magicZip):
		return notATable(path, "this is a zip file or an Excel workbook; save it as CSV")
	case starts(magicOldExcel):
		return notATable(path, "this is an old Excel workbook; save it as CSV")
	}
	return nil
}

// notATable makes an error that says why a file cannot be read at all.
func notATable(path, format string, args ...any) error {
	return fmt.Errorf("%s: %w: %s", path, ErrNotATable, fmt.Sprintf(format, args...))
}
