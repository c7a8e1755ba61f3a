package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"leadscore/train/report"
)

// checkReport finds out before the long work whether the report can be written.
func checkReport(path string) error {
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

// writeReport measures and writes the report, whole or not at all; without a path it does nothing.
func writeReport(ctx context.Context, e *report.Evidence, cfg *Config) error {
	if cfg.Report == "" {
		return nil
	}
	cfg.progress("measuring for the report", 0, 0)
	m, err := report.Measure(e)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(cfg.Report), ".report-*")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer os.Remove(file.Name()) // there is none after the rename
	err = errors.Join(report.Write(file, e, m), file.Chmod(0o644), file.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(file.Name(), cfg.Report); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
