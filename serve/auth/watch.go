package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// Report hears what became of a replaced file. A nil err: it is in force. Otherwise what was read before stays in force.
// The file's content is never part of it.
type Report func(what string, err error)

// source is something read from files that may be replaced while the server runs. One goroutine at a time calls it.
type source struct {
	what   string   // "certificate", for the report
	files  []string // read as a whole each time: contents tell a change, for times and inodes do not through mounted secrets
	take   func(contents [][]byte) error
	seen   [sha256.Size]byte
	report Report

	taken, refused atomic.Int64 // replacements
}

// tell counts a replacement, and reports it.
func (s *source) tell(err error) {
	if err == nil {
		s.taken.Add(1)
	} else {
		s.refused.Add(1)
	}
	if s.report != nil {
		s.report(s.what, err)
	}
}

// largestFile is more than any certificate chain, token file or key set of sense needs.
const largestFile = 4 << 20

// load reads the files for the first time.
func (s *source) load() error {
	contents, sum, err := s.read()
	if err != nil {
		return err
	}
	s.seen = sum
	return s.take(contents)
}

// reload takes the files up if they differ from those last seen. A broken replacement is reported once.
func (s *source) reload() {
	contents, sum, err := s.read()
	if err != nil {
		sum = sha256.Sum256([]byte(err.Error()))
	}
	if sum == s.seen {
		return
	}
	s.seen = sum
	if err == nil {
		err = s.take(contents)
	}
	s.tell(err)
}

func (s *source) read() (contents [][]byte, sum [sha256.Size]byte, err error) {
	all := sha256.New()
	for _, path := range s.files {
		text, err := readFile(path)
		if err != nil {
			return nil, sum, err
		}
		contents = append(contents, text)
		fmt.Fprintf(all, "%d\n", len(text))
		all.Write(text)
	}
	return contents, [sha256.Size]byte(all.Sum(nil)), nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > largestFile:
		return nil, fmt.Errorf("%s: larger than %d bytes", path, largestFile)
	}
	return text, nil
}

// every calls do again and again until ctx ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	ticks := time.NewTicker(pause)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			do()
		}
	}
}
