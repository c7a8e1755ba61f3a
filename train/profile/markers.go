package profile

import (
	"slices"
	"strings"
)

// hardMarkers are texts that no person means as a value, in any kind of column. Lower case.
var hardMarkers = []string{
	"na", "n/a", "n.a.", "#n/a", "null", "(null)", "nil", "nan", "\\n", "?", "??", "???", "-", "--", "---", "–", "—", ".",
	"select", "select...", "select…", "-- select --", "--select--", "- select -", "please select", "choose", "choose one",
	"bitte wählen", "(blank)", "(empty)", "empty", "#value!", "#ref!", "undefined", "tbd",
}

// softMarkers are placeholders that may also be a value ("none" of the competitors). In a column of numbers, dates, truths or
// addresses they mean missing; among categories they stay a value of their own, which loses nothing.
var softMarkers = []string{
	"none", "unknown", "not known", "not available", "not specified", "not provided", "not given", "not set", "no data",
	"no answer", "missing", "unspecified", "unbekannt", "keine angabe", "k.a.", "-1.#ind", "inf", "-inf", "infinity",
}

func isHardMarker(text string) bool { return slices.Contains(hardMarkers, strings.ToLower(text)) }
func isSoftMarker(text string) bool { return slices.Contains(softMarkers, strings.ToLower(text)) }
