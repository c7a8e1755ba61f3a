package features

import (
	"encoding/json"
	"testing"
)

// A status is its name as JSON, and nothing else is a status.
func TestStatusText(t *testing.T) {
	for status, name := range map[Status]string{Present: "present", Outside: "outside", Unseen: "unseen", Missing: "missing"} {
		text, err := json.Marshal(status)
		var back Status
		if err != nil || string(text) != `"`+name+`"` || json.Unmarshal(text, &back) != nil || back != status || status.String() != name {
			t.Errorf("%d: %s, %v, back %d", status, text, err, back)
		}
	}
	var none Status
	if err := json.Unmarshal([]byte(`"absent"`), &none); err == nil {
		t.Error("absent is taken for a status")
	}
}
