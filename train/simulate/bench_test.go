package simulate

import (
	"path/filepath"
	"testing"
)

// BenchmarkGenerate makes leads on one core, without encoding or writing them.
func BenchmarkGenerate(b *testing.B) {
	c, err := Config{Leads: 1, Out: "unused"}.complete()
	if err != nil {
		b.Fatal(err)
	}
	g := newGenerator(c, false)
	number := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		g.block(number, blockLeads)
		number++
	}
	b.ReportMetric(float64(number*blockLeads)/b.Elapsed().Seconds(), "leads/s")
}

// BenchmarkRun writes a whole history, events included, on all cores.
func BenchmarkRun(b *testing.B) {
	for _, format := range []string{FormatCSV, FormatParquet} {
		b.Run("format="+format, func(b *testing.B) {
			const leads = 100_000
			out := filepath.Join(b.TempDir(), "out")
			runs := 0
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(b.Context(), Config{Leads: leads, Seed: 7, Out: out, Format: format}); err != nil {
					b.Fatal(err)
				}
				runs++
			}
			b.ReportMetric(float64(runs*leads)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}
