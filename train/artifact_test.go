package train

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"leadscore/models"
)

var (
	update        = flag.Bool("update", false, "rewrite golden files")
	writeArtifact = flag.Bool("artifact", false, "make the model file of the current format's tests anew")
)

// artifact is the model file that the tests of package models read. It stands for the first format: a later program must
// read the file as it is, so it is written anew only before the format's first release, by
//
//	go test ./train -run Artifact -artifact && go test ./models -run Artifact -artifact && make golden
const artifact = "../models/testdata/artifacts/v1.json"

// TestArtifact makes the artifact with -artifact. Without it, it checks only that the file can be read: later programs
// fit otherwise, and the file stays.
func TestArtifact(t *testing.T) {
	if *writeArtifact {
		cfg := historyConfig(t)
		cfg.Schema, cfg.Rules = "testdata/artifact.schema.yaml", "testdata/history.rules.yaml"
		cfg.MaxBins, cfg.Code = 12, "leadscore artifact v1"
		result, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		text, err := result.Version.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(artifact), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(artifact, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(artifact)
	if err != nil {
		t.Fatal(err)
	}
	version, err := models.DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := version.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, text) {
		t.Error("the artifact, read and written again, has other bytes")
	}
}

// historyConfig trains on the made-up history of testdata into a store of its own: coarse bins and no search for pairs, so
// that a test takes a fraction of a second.
func historyConfig(t testing.TB) Config {
	cfg := Defaults()
	cfg.Schema, cfg.Rules = "testdata/history.schema.yaml", "testdata/history.rules.yaml"
	cfg.Leads, cfg.Events = []string{"../testdata/history/leads.csv"}, []string{"../testdata/history/events.csv"}
	cfg.Store, cfg.Model, cfg.Code = filepath.Join(t.TempDir(), "store"), "deals", "leadscore test"
	cfg.Pairs, cfg.MaxBins = false, 24
	return cfg
}
