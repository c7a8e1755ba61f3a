package train

import (
	"slices"

	"leadscore/features"
)

// accountOf is a number of the lead's account; a lead without one stands for itself.
func accountOf(t *features.Table, row int32) int64 {
	if t.Account != nil {
		if account := t.Account.At(int(row)); account != 0 {
			return int64(account)
		}
	}
	return -1 - int64(row)
}

// apart are a past and a judged part without an account in both.
type apart struct {
	past, judged []int32
	leftOut      int // leads of past accounts that were left out of the judged part
	taken        int // leads of judged accounts that were taken out of the past instead
}

// keepAccountsApart sees to it that no account has leads on both sides, else the model is judged on what it may know by
// heart. An account belongs to the part of its first lead: its later leads are left out of the judged part. Where that would
// leave less than half of the judged leads, or fewer than [fewToJudge] of an outcome that had so many, the judged part
// stays whole and its accounts leave the past instead. Where that leaves too little past, as where all accounts return, every other
// returning account belongs to the judged part, the others to the past. docs/decisions/0010-accounts.md.
func keepAccountsApart(h *features.History, p *Population, past, judged []int32) apart {
	if h.Table.Account == nil {
		return apart{past: past, judged: judged}
	}
	fresh := withoutAccounts(h, judged, past)
	if 2*len(fresh) >= len(judged) && rarer(fresh, p) >= min(fewToJudge, rarer(judged, p)) {
		return apart{past: past, judged: fresh, leftOut: len(judged) - len(fresh)}
	}
	rest := withoutAccounts(h, past, judged)
	if rarer(rest, p) < min(fewToJudge, rarer(past, p)) {
		if drawn := drawAccounts(h, past, judged); min(rarer(drawn.past, p), rarer(drawn.judged, p)) > rarer(rest, p) {
			return drawn
		}
	}
	return apart{past: rest, judged: judged, taken: len(past) - len(rest)}
}

// drawAccounts gives every other account that has leads in both parts, in the order of their first leads, to the judged part, the others to the past.
func drawAccounts(h *features.History, past, judged []int32) apart {
	const inPast, inBoth, drawn = 1, 2, 3
	place := make([]uint8, len(h.Table.Accounts))
	for _, row := range past {
		place[h.Table.Account.At(int(row))] = inPast
	}
	for _, row := range judged {
		if account := h.Table.Account.At(int(row)); place[account] == inPast {
			place[account] = inBoth
		}
	}
	place[0] = 0 // leads without an account stand for themselves
	draw := false
	for _, row := range past {
		if account := h.Table.Account.At(int(row)); place[account] == inBoth {
			if place[account] = inPast; draw {
				place[account] = drawn
			}
			draw = !draw
		}
	}
	a := apart{
		past:   slices.DeleteFunc(slices.Clone(past), func(row int32) bool { return place[h.Table.Account.At(int(row))] == drawn }),
		judged: slices.DeleteFunc(slices.Clone(judged), func(row int32) bool { return place[h.Table.Account.At(int(row))] == inPast }),
	}
	a.leftOut, a.taken = len(judged)-len(a.judged), len(past)-len(a.past)
	return a
}

// withoutAccounts are the rows whose account has no lead among others, in the same order.
func withoutAccounts(h *features.History, rows, others []int32) []int32 {
	seen := make([]bool, len(h.Table.Accounts)) // a lead without an account stands for itself, and is in one part only
	for _, row := range others {
		seen[h.Table.Account.At(int(row))] = true
	}
	kept := make([]int32, 0, len(rows))
	for _, row := range rows {
		if account := h.Table.Account.At(int(row)); account == 0 || !seen[account] {
			kept = append(kept, row)
		}
	}
	return kept
}

// accountGroups cuts rows into groups of one account each, in the order of their first leads.
func accountGroups(h *features.History, rows []int32) [][]int32 {
	number := make([]int32, len(h.Table.Accounts)) // of an account's group, from 1
	group, sizes := make([]int32, len(rows)), []int32{}
	for i, row := range rows {
		account := accountOf(h.Table, row)
		if account < 0 || number[account] == 0 {
			sizes = append(sizes, 0)
			if account >= 0 {
				number[account] = int32(len(sizes))
			}
			group[i] = int32(len(sizes)) - 1
		} else {
			group[i] = number[account] - 1
		}
		sizes[group[i]]++
	}
	groups, room := make([][]int32, len(sizes)), make([]int32, len(rows))
	for k, size := range sizes {
		groups[k], room = room[:0:size], room[size:]
	}
	for i, row := range rows {
		groups[group[i]] = append(groups[group[i]], row)
	}
	return groups
}

// rarer is the number of leads of the rarer outcome.
func rarer(rows []int32, p *Population) int { return min(countOutcomes(rows, p)) }
