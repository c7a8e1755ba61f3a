package client

import (
	"errors"
	"strings"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// ParseLead reads a lead from JSON, see [leadjson]. An error lists every violated member, a line each.
func ParseLead(text []byte) (*leadscorev1.Lead, error) {
	lead := new(leadscorev1.Lead)
	err := leadjson.Unmarshal(text, "lead", lead)
	var faults *leadjson.Faults
	if errors.As(err, &faults) {
		lines := make([]string, len(faults.List))
		for i, fault := range faults.List {
			lines[i] = fault.Path + ": " + fault.Problem
		}
		return nil, errors.New(strings.Join(lines, "\n  "))
	}
	return lead, err
}
