//go:build !unix

package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// longestWait bounds the wait for a lock: an alias moves in milliseconds, so a lock this old was left by a process
// that was killed.
const longestWait = 10 * time.Second

// lockFile waits until the file of this path is gone and makes it; unlock removes it.
func lockFile(path string) (unlock func(), err error) {
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			file.Close()
			return func() { os.Remove(path) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("store: %w", err)
		}
		if time.Since(begin) > longestWait {
			return nil, fmt.Errorf("store: %s is there for %v: remove it if no other leadscore is at work", path, longestWait)
		}
	}
}
