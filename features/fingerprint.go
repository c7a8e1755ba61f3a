package features

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"leadscore/features/source"
)

// fingerprint hashes files beside their reading, while the system still holds what was read.
type fingerprint struct {
	cancel context.CancelFunc
	done   chan struct{}
	text   string
	err    error
}

func startFingerprint(ctx context.Context, files []string, o ReadOptions) *fingerprint {
	ctx, cancel := context.WithCancel(ctx)
	f := &fingerprint{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		if !o.NoFingerprint {
			f.text, f.err = hashFiles(ctx, files)
		}
	}()
	return f
}

func (f *fingerprint) sum() (string, error) {
	<-f.done
	return f.text, f.err
}

func (f *fingerprint) stop() {
	f.cancel()
	<-f.done
}

// Fingerprint is [ReadReport.Fingerprint] of files, folders and patterns.
func Fingerprint(ctx context.Context, paths []string) (string, error) {
	files, err := source.Expand(paths)
	if err != nil {
		return "", err
	}
	return hashFiles(ctx, files)
}

// hashFiles is the sha256 of the files' own sha256 sums in order: their names do not count, their borders do.
func hashFiles(ctx context.Context, files []string) (string, error) {
	all := sha256.New()
	for _, name := range files {
		sum, err := hashFile(ctx, name)
		if err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
		all.Write(sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func hashFile(ctx context.Context, name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sum, part := sha256.New(), make([]byte, 1<<18)
	for ctx.Err() == nil {
		n, err := file.Read(part)
		sum.Write(part[:n])
		if err == io.EOF {
			return sum.Sum(nil), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}
