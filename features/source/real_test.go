package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// adultNames are the columns of a file that comes without a header line.
var adultNames = []string{"age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship",
	"race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"}

// TestRealFiles reads public files whose size is known from their description.
func TestRealFiles(t *testing.T) {
	root := "../../../shared/data"
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the public data files are not here: ", err)
	}
	for _, want := range []struct {
		path          string
		options       Options
		columns, rows int
	}{
		{"x_education/Leads.csv", Options{}, 37, 9240},
		{"ibm_win_loss/WA_Fn-UseC_-Sales-Win-Loss.csv", Options{}, 19, 78025},
		{"bank_marketing/bank-additional-full.csv", Options{}, 21, 41188},
		{"maven_crm/accounts.csv", Options{}, 7, 85},
		{"maven_crm/products.csv", Options{}, 3, 7},
		{"maven_crm/sales_teams.csv", Options{}, 3, 35},
		{"maven_crm/sales_pipeline.csv", Options{}, 8, 8800},
		{"bpi2012_loans/bpi2012_events.csv.gz", Options{}, 8, 262200},
		{"telco_churn/Telco-Customer-Churn.csv", Options{}, 21, 7043},
		{"adult/adult.data", Options{Names: adultNames}, 15, 32561},
	} {
		t.Run(want.path, func(t *testing.T) {
			began := time.Now()
			path := filepath.Join(root, want.path)
			r, err := Open([]string{path}, want.options)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			rows := 0
			for {
				batch, err := r.Next(context.Background())
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rows += batch.Rows
			}
			if got := len(r.Columns()); got != want.columns || rows != want.rows {
				t.Errorf("%d rows of %d columns, want %d of %d", rows, got, want.rows, want.columns)
			}
			t.Logf("%d rows in %v", rows, time.Since(began))
		})
	}
}
