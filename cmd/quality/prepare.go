package main

import (
	"path/filepath"
	"slices"
)

// The data sets without events: one file, one row a lead. ../shared/data/README.md says what each column is; the schemas
// under books/ leave out what is known only after the outcome.

func prepareXEducation(dir string) (*history, error) {
	t, err := readTable(filepath.Join(dir, "x_education", "Leads.csv"), ',', nil)
	if err != nil {
		return nil, err
	}
	slices.Reverse(t.rows) // the file is newest first
	return t.history("Lead Number", "Converted", "1")
}

func prepareBank(dir string) (*history, error) {
	t, err := readTable(filepath.Join(dir, "bank_marketing", "bank-additional-full.csv"), ';', nil)
	if err != nil {
		return nil, err
	}
	t.number()
	return t.history("lead_id", "y", "yes")
}

func prepareTelco(dir string) (*history, error) {
	t, err := readTable(filepath.Join(dir, "telco_churn", "Telco-Customer-Churn.csv"), ',', nil)
	if err != nil {
		return nil, err
	}
	return t.history("customerID", "Churn", "Yes")
}

func prepareAdult(dir string) (*history, error) {
	t, err := readTable(filepath.Join(dir, "adult", "adult.data"), ',', []string{
		"age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex",
		"capital_gain", "capital_loss", "hours_per_week", "native_country", "income"})
	if err != nil {
		return nil, err
	}
	t.number()
	return t.history("lead_id", "income", ">50K")
}

func prepareIBM(dir string) (*history, error) {
	t, err := readTable(filepath.Join(dir, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv"), ',', nil)
	if err != nil {
		return nil, err
	}
	t.number() // the file's own numbers repeat
	return t.history("lead_id", "Opportunity Result", "Won")
}

// history makes leads of rows that are all decided.
func (t *sheet) history(id, outcome, won string) (*history, error) {
	idColumn, err := t.column(id)
	if err != nil {
		return nil, err
	}
	outcomeColumn, err := t.column(outcome)
	if err != nil {
		return nil, err
	}
	h := &history{header: t.header, rows: t.rows, idColumn: idColumn, hidden: []string{outcome}}
	for _, row := range t.rows {
		h.won = append(h.won, row[outcomeColumn] == won)
		h.judged = append(h.judged, true)
	}
	return h, nil
}
