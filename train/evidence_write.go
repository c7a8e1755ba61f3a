package train

import (
	"context"
	"fmt"
	"io"

	"leadscore/train/report"
	"leadscore/train/report/page"
)

// writeReport measures and writes the report, whole or not at all; without a path it does nothing.
func writeReport(ctx context.Context, e *report.Evidence, cfg *Config) error {
	if cfg.Report == "" {
		return nil
	}
	cfg.progress("measuring for the report", 0, 0)
	m, err := report.Measure(ctx, e)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return page.WriteFile(cfg.Report, func(w io.Writer) error { return report.Write(w, e, m) })
}
