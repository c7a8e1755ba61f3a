package main

import "embed"

// books are the schema and the small starter rule book of each data set.
//
//go:embed books/*.yaml
var books embed.FS

// dataset is one set of real data: how it is prepared, and what the product must reach on it.
type dataset struct {
	name    string
	prepare func(dir string) (*history, error)
	asOf    string // for score; "": as the row shows the lead

	goals
	peers                 []peer
	aboveMeansSomethingIs string // what an AUC above mostAUC means

	ahead      *goals // set: measure the last 30 % from the first 70 % too, as the model is and recalibrated
	aheadPeers []peer
}

// goals are what one measurement must reach; the zero value asks nothing.
type goals struct {
	leastAUC, mostAUC    float64 // mostAUC 0: none
	mostLogLoss          float64 // 0: none
	slope                bool    // the calibration slope must lie in [leastSlope, mostSlope]
	ratio                bool    // after a recalibration, expected wins / observed must lie in [leastRatio, mostRatio]
	wantsNoSignalWarning bool
}

// peer is another program's figure on the same folds.
type peer struct {
	name    string
	auc     float64
	logLoss float64 // 0: not measured
}

const (
	leastSlope, mostSlope = 0.95, 1.05
	leastRatio, mostRatio = 0.8, 1.25
)

// datasets are the sets of ../shared/data. Peers: scikit-learn's one-hot logistic regression (LR), the same with C by
// cross-validation (LR-cv), its histogram gradient boosting tuned with early stopping (HGB), naive Bayes as Odoo's CRM
// computes it (NB), and the prototype of the estimator without and with pairs of fields.
var datasets = []dataset{
	{
		name: "x_education", prepare: prepareXEducation, goals: goals{leastAUC: 0.877, mostLogLoss: 0.422, slope: true},
		peers: sixPeers([6]float64{.8654, .8657, .8751, .7733, .8751, .8778}, [6]float64{.4425, .4420, .4243, .6035, .4250, .4210}),
	},
	{
		name: "bank", prepare: prepareBank, goals: goals{leastAUC: 0.803, mostLogLoss: 0.271, slope: true},
		peers: sixPeers([6]float64{.7914, .7897, .8014, .7496, .8010, .8040}, [6]float64{.2773, .2785, .2710, .3148, .2730, .2703}),
		ahead: &goals{leastAUC: 0.70, ratio: true}, aheadPeers: []peer{{"LR", .688, 0}},
	},
	{
		name: "telco", prepare: prepareTelco, goals: goals{leastAUC: 0.849, mostLogLoss: 0.411, slope: true},
		peers: sixPeers([6]float64{.8450, .8448, .8442, .8118, .8496, .8495}, [6]float64{.4175, .4175, .4167, .9042, .4106, .4107}),
	},
	{
		name: "adult", prepare: prepareAdult, goals: goals{leastAUC: 0.929, mostLogLoss: 0.277, slope: true},
		peers: sixPeers([6]float64{.9067, .9068, .9279, .8684, .9281, .9291}, [6]float64{.3192, .3191, .2791, .4590, .2785, .2767}),
	},
	{
		name: "ibm", prepare: prepareIBM, goals: goals{leastAUC: 0.828, mostLogLoss: 0.398, slope: true},
		peers: sixPeers([6]float64{.7603, .7600, .8325, .7155, .8076, .8187}, [6]float64{.4461, .4468, .3949, .4659, .4150, .4063}),
	},
	{
		name: "bpi2012", prepare: prepareBPI2012, asOf: "snapshot", goals: goals{leastAUC: 0.69, mostAUC: 0.85},
		aboveMeansSomethingIs: "a leak",
	},
	{
		name: "maven", prepare: prepareMaven, goals: goals{leastAUC: 0.47, mostAUC: 0.55, wantsNoSignalWarning: true},
		aboveMeansSomethingIs: "skill where there is none to have",
	},
}

func sixPeers(auc, logLoss [6]float64) []peer {
	var peers []peer
	for i, name := range []string{"LR", "LR-cv", "HGB", "NB", "fields", "pairs"} {
		peers = append(peers, peer{name, auc[i], logLoss[i]})
	}
	return peers
}
