package main

import (
	"fmt"
	"path/filepath"
)

// prepareMaven joins the closed deals with what is known of their account, product and agent.
func prepareMaven(dir string) (*history, error) {
	var tables [4]*sheet
	for i, name := range []string{"sales_pipeline.csv", "accounts.csv", "products.csv", "sales_teams.csv"} {
		t, err := readTable(filepath.Join(dir, "maven_crm", name), ',', nil)
		if err != nil {
			return nil, err
		}
		tables[i] = t
	}
	deals, err := joinMaven(tables[0], tables[1], tables[2], tables[3])
	if err != nil {
		return nil, err
	}
	h, err := deals.history("opportunity_id", "deal_stage", "Won")
	if err != nil {
		return nil, err
	}
	h.hidden = append(h.hidden, "close_date", "close_value")
	return h, nil
}

// joinMaven keeps the deals that are won or lost.
func joinMaven(pipeline, accounts, products, agents *sheet) (*sheet, error) {
	stage, err := pipeline.column("deal_stage")
	if err != nil {
		return nil, err
	}
	product, err := pipeline.column("product")
	if err != nil {
		return nil, err
	}
	deals := &sheet{header: pipeline.header}
	for _, row := range pipeline.rows {
		if row[product] == "GTXPro" { // as the table of products calls it
			row[product] = "GTX Pro"
		}
		if row[stage] == "Won" || row[stage] == "Lost" {
			deals.rows = append(deals.rows, row)
		}
	}
	for _, other := range []*sheet{accounts, products, agents} {
		if err := deals.join(other); err != nil {
			return nil, err
		}
	}
	return deals, nil
}

// join adds the columns of another table, whose first column is the key.
func (t *sheet) join(other *sheet) error {
	key := other.header[0]
	column, err := t.column(key)
	if err != nil {
		return err
	}
	rows := map[string][]string{}
	for _, row := range other.rows {
		rows[row[0]] = row[1:]
	}
	for i, row := range t.rows {
		found, ok := rows[row[column]]
		if !ok {
			return fmt.Errorf("deal %s: %s %q is not in its table", row[0], key, row[column])
		}
		t.rows[i] = append(row[:len(row):len(row)], found...)
	}
	t.header = append(t.header[:len(t.header):len(t.header)], other.header[1:]...)
	return nil
}
