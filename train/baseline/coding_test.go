package baseline

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func sortBy(order []int, value []float64) {
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(value[a], value[b]) })
}

func TestCodesOfNumbersKeepTheOrderAndTies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values, won := make([]float64, 500), make([]bool, 500)
	for i := range values {
		values[i], won[i] = float64(r.IntN(120)-60), i%2 == 0
	}
	values[3] = math.NaN()
	d := Data{Columns: []Column{{Name: "a", Numbers: values}}, Won: won}
	c := fitCoding(d, 16)
	if got := c.columns[0].size; got < 12 || got > 17 {
		t.Errorf("%d codes, want about 16 and missing", got)
	}
	rows := c.rows(d)
	for i := range values {
		if math.IsNaN(values[i]) != (rows[i][0] == 0) {
			t.Fatalf("value %v has code %v; 0 is for missing alone", values[i], rows[i][0])
		}
		for j := range values {
			if values[i] == values[j] && rows[i][0] != rows[j][0] || values[i] < values[j] && rows[i][0] > rows[j][0] {
				t.Fatalf("values %v and %v have codes %v and %v", values[i], values[j], rows[i][0], rows[j][0])
			}
		}
	}
}

func TestCodesOfTextsAscendByWinRate(t *testing.T) {
	var d Data
	d.Columns = []Column{{Name: "a"}}
	for text, wins := range map[string]int{"low": 1, "middle": 10, "high": 19} {
		for i := range 20 {
			d.Columns[0].Texts, d.Won = append(d.Columns[0].Texts, text), append(d.Won, i < wins)
		}
	}
	c := fitCoding(d, 8)
	asked := Data{Columns: []Column{{Name: "a", Texts: []string{"", "low", "middle", "high", "never seen"}}}, Won: make([]bool, 5)}
	var got []float64
	for _, row := range c.rows(asked) {
		got = append(got, row[0])
	}
	if want := []float64{0, 1, 2, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("codes %v, want %v", got, want)
	}
}

func TestOddColumns(t *testing.T) {
	won := []bool{true, false, true, false}
	nan := math.NaN()
	d := Data{Won: won, Columns: []Column{
		{Name: "all missing", Numbers: []float64{nan, nan, nan, nan}},
		{Name: "all empty", Texts: []string{"", "", "", ""}},
		{Name: "constant", Numbers: []float64{1, 1, 1, 1}},
	}}
	s := Defaults()
	s.Trees = 2
	results, err := Run(t.Context(), d, d, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Failed != "" || r.AUC != nil && *r.AUC != 0.5 {
			t.Errorf("%s: failed %q, AUC %v; want no failure, and no skill on constant columns", r.Name, r.Failed, r.AUC)
		}
	}
}

func TestFiguresAgainstPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	probability, won := make([]float64, 300), make([]bool, 300)
	for i := range won {
		probability[i], won[i] = float64(r.IntN(20)+1)/22, r.IntN(3) == 0
	}
	var ordered, pairs, loss, brier float64
	for i := range won {
		y := float64(label(won[i]))
		loss -= math.Log(1 - y + (2*y-1)*probability[i])
		brier += math.Pow(probability[i]-y, 2)
		for j := range won {
			if won[i] && !won[j] {
				pairs++
				ordered += map[int]float64{1: 1, 0: 0.5, -1: 0}[cmp.Compare(probability[i], probability[j])]
			}
		}
	}
	gotAUC, gotLoss, gotBrier, err := figures(probability, won)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]float64{"AUC": {gotAUC, ordered / pairs}, "log loss": {gotLoss, loss / 300}, "Brier": {gotBrier, brier / 300}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s = %v, want %v", name, c[0], c[1])
		}
	}
}

func TestConfusionByHand(t *testing.T) {
	got := confusion([]bool{true, true, true, false, false, false, false}, []bool{true, true, false, true, false, false, false})
	want := Confusion{TruePositives: 2, FalsePositives: 1, TrueNegatives: 3, FalseNegatives: 1, Precision: 2.0 / 3, Recall: 2.0 / 3, F1: 2.0 / 3, Accuracy: 5.0 / 7}
	if math.Abs(got.F1-want.F1) > 1e-15 {
		t.Errorf("F1 = %v, want %v", got.F1, want.F1)
	}
	got.F1 = want.F1 // 2pr/(p+r) differs in the last bit
	if *got != want {
		t.Errorf("confusion = %+v, want %+v", *got, want)
	}
	if none := confusion([]bool{false, false}, []bool{true, false}); none.Precision != 0 || none.F1 != 0 {
		t.Errorf("nothing predicted: precision %v, F1 %v; want 0", none.Precision, none.F1)
	}
}
