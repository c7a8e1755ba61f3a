// Package train turns deal history into a model version.
//
//	files → schema check → snapshots (as of an instant) → split by time → bins (from the past part only)
//	      → fit → validate on the newest part, beside the rules → fit to all → version store
//
// The newest leads judge a model that has not seen them, nor any outcome that was not known when they came, nor their
// accounts; its figures are what the version promises. [split] has the parts, rolling.go the same at earlier times. The stored model is
// then fitted to all leads, the newest included, because it has to serve what comes after them
// (docs/decisions/0003-refit.md). The objective of the fit stands in package train/fit.
//
// Start at [Run], the whole flow; each stage is a file of its own.
package train
