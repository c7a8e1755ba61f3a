package client

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The table of a stored answer; the answer is one that a server gave.
func TestWrite(t *testing.T) {
	text, err := os.ReadFile("testdata/answer.json")
	if err != nil {
		t.Fatal(err)
	}
	answer := new(leadscorev1.ScoreLeadResponse)
	if err := protojson.Unmarshal(text, answer); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := Write(&got, answer); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/answer.txt", got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/answer.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the table is\n%s\nwant\n%s", &got, want)
	}
}
