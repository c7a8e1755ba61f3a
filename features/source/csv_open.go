package source

import (
	"bytes"
	"errors"
	"fmt"
	"github.com/klauspost/compress/gzip"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
)

// sampleBytes is how much of a CSV file is looked at to find its delimiter and encoding.
const sampleBytes = 64 << 10

// encodings are the names that [Options.Encoding] may have; the first asks for detection.
var encodings = []string{"", "utf-8", "utf-16", "utf-16le", "utf-16be", "windows-1252"}

const (
	bomUTF8    = "\xef\xbb\xbf"
	bomUTF16LE = "\xff\xfe"
	bomUTF16BE = "\xfe\xff"
)

// openCSV readies a CSV file: unpacks it, finds its encoding and delimiter, and reads its header.
func openCSV(f *os.File, path string, options *Options) (*csvFile, error) {
	raw := &countingReader{r: f}
	plain, closePlain, err := decompress(raw, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &csvFile{path: path, raw: raw, closers: []func() error{closePlain, f.Close}}
	if err := c.begin(plain, options); err != nil {
		closePlain()
		return nil, err
	}
	return c, nil
}

// countingReader counts the bytes read; another goroutine may read the count (the zstd decoder reads ahead).
type countingReader struct {
	r     io.Reader
	count atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.count.Add(int64(n))
	return n, err
}

// decompress unpacks what its first bytes say is gzip or zstd, and refuses what only its name says is.
func decompress(raw io.Reader, path string) (io.Reader, func() error, error) {
	start, r, err := peek(raw, 4)
	if err != nil {
		return nil, nil, err
	}
	name := strings.ToLower(path)
	switch {
	case bytes.HasPrefix(start, []byte(magicGzip)):
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		return unpacked, unpacked.Close, nil
	case bytes.HasPrefix(start, []byte(magicZstd)):
		// The window is bounded so that a forged file cannot ask for gigabytes; zstd itself advises 8 MiB,
		// its --long mode uses 128 MiB.
		unpacked, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, nil, err
		}
		return unpacked, func() error { unpacked.Close(); return nil }, nil
	case strings.HasSuffix(name, ".gz"), strings.HasSuffix(name, ".zst"):
		return nil, nil, fmt.Errorf("%w: its name says that it is compressed, its content is not", ErrNotATable)
	}
	return r, func() error { return nil }, nil
}

// peek reads up to n bytes, and returns a reader that gives them again.
func peek(r io.Reader, n int) ([]byte, io.Reader, error) {
	start := make([]byte, n)
	got, err := io.ReadFull(r, start)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, err
	}
	// gzip and zstd say io.ErrUnexpectedEOF of a truncated file too; reading on says it again.
	start = start[:got]
	return start, io.MultiReader(bytes.NewReader(start), r), nil
}

// decodeUTF16 turns UTF-16 into UTF-8, and drops a byte order mark of either encoding. It returns whether the
// file has said which encoding it has.
func decodeUTF16(r io.Reader, start []byte, encoding string) (io.Reader, bool) {
	little := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	big := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	automatic := encoding == "" || encoding == "utf-16"
	switch {
	case encoding == "utf-16le", automatic && bytes.HasPrefix(start, []byte(bomUTF16LE)):
		return little.NewDecoder().Reader(r), true
	case encoding == "utf-16be", automatic && bytes.HasPrefix(start, []byte(bomUTF16BE)):
		return big.NewDecoder().Reader(r), true
	case encoding == "utf-16": // without a mark the standard says big-endian, Windows writes little-endian
		return little.NewDecoder().Reader(r), true
	case encoding == "" && zeros(start, 1): // Latin letters without a mark
		return little.NewDecoder().Reader(r), true
	case encoding == "" && zeros(start, 0):
		return big.NewDecoder().Reader(r), true
	case bytes.HasPrefix(start, []byte(bomUTF8)):
		// io.CopyN from the reader of peek cannot fail: the bytes lie in memory.
		_, _ = io.CopyN(io.Discard, r, int64(len(bomUTF8)))
		return r, true
	}
	return r, false
}

// zeros says that nearly every other byte is 0, from the first or the second on, and no byte between: letters of UTF-16 below U+0100.
func zeros(start []byte, from int) bool {
	const least, nearly = 16, 0.9 // bytes, and the share of zeros
	zero := [2]int{}
	for i, b := range start {
		if b == 0 {
			zero[i%2]++
		}
	}
	return len(start) >= least && zero[1-from] == 0 && float64(zero[from]) >= nearly*float64(len(start)/2)
}

// begin finds encoding, delimiter and header, and leaves the scanner at the first data row.
func (c *csvFile) begin(plain io.Reader, options *Options) error {
	start, plain, err := peek(plain, sampleBytes)
	if err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	if len(start) == 0 {
		return fmt.Errorf("%s: %w", c.path, ErrEmptyFile)
	}
	decoded, declared := decodeUTF16(plain, start, options.Encoding)
	sample, decoded, err := peek(decoded, sampleBytes)
	if err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	if err := checkSample(c.path, sample); err != nil {
		return err
	}
	c.letters = lettersFor(options.Encoding, declared)
	c.scanner = newScanner(decoded, c.path)
	c.scanner.patient = options.KeepBadRows
	given := byte(options.Delimiter)
	if named := separatorLine(sample); named != 0 { // Excel's own way to name the delimiter
		sample = afterFirstLine(sample)
		if err := c.scanner.skipLine(); err != nil {
			return err
		}
		if given == 0 {
			given = named
		}
	}
	detected := detectDelimiter(sample, len(sample) == sampleBytes, len(options.Names))
	c.scanner.delimiter = given
	if given == 0 {
		c.scanner.delimiter = detected
	}
	if options.Names != nil {
		c.names = options.Names
		return c.checkFirstRow(sample, detected)
	}
	return c.readHeader(detected)
}

// checkSample reports what cannot be text: NUL bytes, or control characters that no export writes.
func checkSample(path string, sample []byte) error {
	if len(bytes.TrimSpace(sample)) == 0 {
		return fmt.Errorf("%s: %w: only blank lines", path, ErrEmptyFile)
	}
	if at := bytes.IndexByte(sample, 0); at >= 0 {
		line := bytes.Count(sample[:at], []byte{'\n'}) + 1
		if bytes.Count(sample, []byte{0})*3 > len(sample) {
			return notATable(path, "every other byte is NUL: probably UTF-16 without its byte order mark; save it as UTF-8, or name the encoding in the schema, format: {encoding: utf-16le} or utf-16be")
		}
		return notATable(path, "a NUL byte on line %d: this is a binary or a damaged file, no CSV", line)
	}
	control := 0
	for _, b := range sample {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			control++
		}
	}
	if control*100 > len(sample) {
		return notATable(path, "%d of its first %d bytes are control characters: this is a binary file, no CSV", control, len(sample))
	}
	if bytes.IndexByte(sample, '\r') >= 0 && bytes.IndexByte(sample, '\n') < 0 {
		return notATable(path, "its lines end with a lone carriage return (old Macintosh); save it with line feeds")
	}
	return nil
}
