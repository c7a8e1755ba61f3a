package rules

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"leadscore/features"
)

// A text is a book that scores every lead with exact sums, or has faults that name the file. It never panics.
func FuzzParse(f *testing.F) {
	s := testSchema(f)
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(book("    - {id: a, group: g, points: 1.5, reason: r, event: [x, any], at_most: 2, half_life: 3d, after: y}\n")))
	f.Add([]byte(book("    - {id: a, points: -1e5, reason: r, when: 'lead.title.lowerAscii().endsWith(\"x\")'}\n")))
	f.Add([]byte("version: 1\nname: t\nfit: {cap: {min: -1, max: 0.001}}\ntotal: {fit_weight: 100}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 20_000 {
			return
		}
		b, err := Parse("fuzz.yaml", text, s)
		if err != nil {
			var faults features.Faults
			if !errors.As(err, &faults) || b != nil {
				t.Fatalf("Parse gave %v, want faults and no book", err)
			}
			return
		}
		r := rand.New(rand.NewPCG(13, 14))
		for range 5 {
			checkSums(t, b, b.Score(randomLead(r, s)))
		}
	})
}
