package models

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

// putVersions stores n versions that differ in a count.
func putVersions(t *testing.T, n int) (*Store, []string) {
	t.Helper()
	s, err := OpenStore(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range n {
		v := artifact(t)
		v.Training.Rows += int64(i)
		id, err := s.Put(v)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return s, ids
}

func champion(t *testing.T, s *Store) string {
	t.Helper()
	id, err := s.Resolve("deals", "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Each rollback goes one champion further back, and a new champion after a rollback has the one rolled back to below it.
func TestRollback(t *testing.T) {
	s, ids := putVersions(t, 4)
	if _, err := s.Rollback("deals", "", ""); !errors.Is(err, ErrNoPrevious) {
		t.Fatalf("rollback without a champion: %v", err)
	}
	for _, id := range ids[:3] {
		if err := s.Move("deals", AliasMove{Alias: Champion, To: id, By: ByTrain}); err != nil {
			t.Fatal(err)
		}
		if err := s.Move("deals", AliasMove{Alias: Challenger, To: ids[0], By: ByTrain}); err != nil { // no business of the champion's
			t.Fatal(err)
		}
	}
	back := func(to, want string) {
		t.Helper()
		move, err := s.Rollback("deals", to, "because")
		if err != nil || move.To != want || champion(t, s) != want {
			t.Fatalf("Rollback(%q) = %+v, %v; want %s", to, move, err, want)
		}
	}
	back("", ids[1])
	back("", ids[0])
	if _, err := s.Rollback("deals", "", ""); !errors.Is(err, ErrNoPrevious) {
		t.Errorf("rollback below the first champion: %v", err)
	}
	if err := s.Move("deals", AliasMove{Alias: Champion, To: ids[3], By: ByPromote}); err != nil {
		t.Fatal(err)
	}
	back("", ids[0])
	back(ids[2], ids[2]) // by name, to one that was taken off
	back("", ids[0])
	for name, to := range map[string]string{"no such version": "2020-01-01-0123456789ab", "no version": "../x"} {
		if _, err := s.Rollback("deals", to, ""); err == nil || champion(t, s) != ids[0] {
			t.Errorf("%s: %v, champion %s", name, err, champion(t, s))
		}
	}
	aliases, err := s.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	if last := aliases.History[len(aliases.History)-1]; last.By != ByRollback || last.Reason != "because" || last.From != ids[2] || last.Time.IsZero() {
		t.Errorf("last move %+v", last)
	}
}

// A refusal is kept even where the challenger stays the same version; a plain move to the same place is not.
func TestGateRecordIsKept(t *testing.T) {
	s, ids := putVersions(t, 1)
	record := &GateRecord{Champion: "2026-01-01-0123456789ab", Checks: []GateCheck{{Name: "signal", Reason: "AUC 0.5"}}}
	for range 2 {
		if err := s.Move("deals", AliasMove{Alias: Challenger, To: ids[0], By: ByTrain, Reason: "refused", Gate: record}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetAlias("deals", Challenger, ids[0]); err != nil {
		t.Fatal(err)
	}
	aliases, err := s.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	moves := aliases.MovesOf(ids[0])
	if len(moves) != 2 || moves[1].Gate == nil || moves[1].Gate.Passed || moves[1].Gate.Checks[0].Reason != "AUC 0.5" {
		t.Errorf("moves %+v: want two refusals", moves)
	}
}

// Moves made at the same time are all kept, each from where the one before left the alias.
func TestConcurrentMoves(t *testing.T) {
	s, ids := putVersions(t, 2)
	const writers, each = 8, 10
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			own, err := OpenStore(s.Dir())
			if err != nil {
				t.Error(err)
				return
			}
			for i := range each {
				record := &GateRecord{Champion: fmt.Sprint(w)}
				if err := own.Move("deals", AliasMove{Alias: Champion, To: ids[i%2], By: ByTrain, Gate: record}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	aliases, err := s.Aliases("deals")
	if err != nil || len(aliases.History) != writers*each {
		t.Fatalf("%d moves kept of %d, %v", len(aliases.History), writers*each, err)
	}
	before := ""
	for i, move := range aliases.History {
		if move.From != before {
			t.Fatalf("move %d from %q, but the alias was at %q", i, move.From, before)
		}
		before = move.To
	}
}
