//go:build unix

package models

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile waits until no other process or goroutine holds the lock of this path, and takes it. The system gives the lock
// back when the holder ends, killed or not; the empty file stays.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("store: lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}
