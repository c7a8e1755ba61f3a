package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"
)

// Commands that move an alias, for [AliasMove.By].
const (
	ByTrain       = "train"
	ByRecalibrate = "recalibrate"
	ByPromote     = "promote"
	ByRollback    = "rollback"
)

// ErrNoPrevious says that there is no earlier champion to go back to.
var ErrNoPrevious = errors.New("no earlier champion")

// ErrReadOnly says that an alias cannot be moved, since the store may not be written by this process.
var ErrReadOnly = errors.New("the store may only be read")

// GateRecord is what the gate of leadscore train --gate found, kept in the history whether the version passed or not.
type GateRecord struct {
	Passed   bool        `json:"passed"`
	Champion string      `json:"champion,omitempty"` // the version it was held against; empty: there was none
	Checks   []GateCheck `json:"checks"`
}

// GateCheck is one condition of the gate.
type GateCheck struct {
	Name   string `json:"name"` // "signal", "calibration", "leaks", "champion"
	Passed bool   `json:"passed"`
	Reason string `json:"reason"` // with the figures and their bounds
}

// Identify sets the version's ID and Checksum to those under which [Store.Put] stores it, and returns its file's text.
func (v *Version) Identify() ([]byte, error) {
	text, err := v.Encode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	v.Checksum = hex.EncodeToString(sum[:])
	v.ID = v.newestDay() + "-" + v.Checksum[:12]
	return text, nil
}

// Move points an alias at a version that exists and reads well, and keeps the move, with its command, reason and gate record, in
// the history. Its Time and From are set here. Where the alias is at that version already, nothing is written unless
// there is a gate record to keep.
func (s *Store) Move(model string, move AliasMove) error {
	_, err := s.MoveIf(model, "", move)
	return err
}

// MoveIf is [Store.Move] on the condition that the aliases still have this [Aliases.Etag]; an empty one is no condition. It returns
// the move as it is in the history, and [ErrMoved] where the aliases are others by now.
func (s *Store) MoveIf(model, etag string, move AliasMove) (AliasMove, error) {
	if move.Alias != Champion && move.Alias != Challenger {
		return AliasMove{}, fmt.Errorf("%w: alias %q; use %s or %s", ErrName, move.Alias, Champion, Challenger)
	}
	if _, err := s.read(model, move.To); err != nil {
		return AliasMove{}, err
	}
	return s.changeAliases(model, func(aliases *Aliases) (AliasMove, error) {
		if now := aliases.Etag(); etag != "" && etag != now {
			return AliasMove{}, fmt.Errorf("%w: etag %s, now %s", ErrMoved, etag, now)
		}
		return move, nil
	})
}

// ErrMoved says that an alias has moved since the caller looked.
var ErrMoved = errors.New("the model's aliases have moved since")

// Etag tells two states of a model's aliases apart: it changes with every move.
func (a *Aliases) Etag() string {
	text, err := json.Marshal(a)
	if err != nil { // strings and times only
		panic(err)
	}
	return checksum(text)[:16]
}

// Rollback makes an earlier version champion again and returns the move. An empty id means the champion before the
// present one: of moves A, B, C the first rollback goes to B and the next to A, not back to C. [ErrNoPrevious] if
// there is none.
func (s *Store) Rollback(model, id, reason string) (AliasMove, error) {
	return s.changeAliases(model, func(aliases *Aliases) (AliasMove, error) {
		to := id
		if to == "" {
			if to = aliases.PreviousChampion(); to == "" {
				return AliasMove{}, fmt.Errorf("%w of model %q in store %s", ErrNoPrevious, model, s.dir)
			}
		}
		_, err := s.read(model, to)
		return AliasMove{Alias: Champion, To: to, By: ByRollback, Reason: reason}, err
	})
}

// changeAliases lets change see the aliases and makes the move that it answers, all under the lock: of two processes
// that move aliases at the same time neither loses the other's move.
func (s *Store) changeAliases(model string, change func(*Aliases) (AliasMove, error)) (AliasMove, error) {
	if _, err := s.List(model); err != nil { // the lock's folder exists
		return AliasMove{}, err
	}
	unlock, err := lockFile(filepath.Join(s.dir, model, "aliases.lock"))
	if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
		return AliasMove{}, fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	if err != nil {
		return AliasMove{}, err
	}
	defer unlock()
	aliases, err := s.Aliases(model)
	if err != nil {
		return AliasMove{}, err
	}
	move, err := change(aliases)
	if err != nil {
		return AliasMove{}, err
	}
	move.Time, move.From = time.Now().UTC(), aliases.Current[move.Alias]
	if move.From == move.To && move.Gate == nil {
		return move, nil
	}
	if aliases.Current == nil {
		aliases.Current = map[string]string{}
	}
	aliases.Current[move.Alias] = move.To
	aliases.History = append(aliases.History, move)
	text, err := json.MarshalIndent(aliases, "", " ")
	if err != nil {
		return AliasMove{}, fmt.Errorf("store: %w", err)
	}
	return move, writeFile(filepath.Join(s.dir, model, "aliases.json"), append(text, '\n'))
}

// PreviousChampion replays the champion's moves as a pile: a move puts a version on it, a rollback takes versions off down to
// its target. What lies under the top is the previous champion; empty if nothing does.
func (a *Aliases) PreviousChampion() string {
	var pile []string
	for _, move := range a.History {
		if move.Alias != Champion {
			continue
		}
		if move.By == ByRollback {
			pile = takeDownTo(pile, move.To)
		}
		if len(pile) == 0 || pile[len(pile)-1] != move.To {
			pile = append(pile, move.To)
		}
	}
	if len(pile) < 2 {
		return ""
	}
	return pile[len(pile)-2]
}

// takeDownTo cuts the pile above the newest place of a version; a version that is not in it leaves the pile as it is.
func takeDownTo(pile []string, version string) []string {
	for i := len(pile) - 1; i >= 0; i-- {
		if pile[i] == version {
			return pile[:i+1]
		}
	}
	return pile
}

// MovesOf gives the moves to a version, the oldest first.
func (a *Aliases) MovesOf(id string) []AliasMove {
	var moves []AliasMove
	for _, move := range a.History {
		if move.To == id {
			moves = append(moves, move)
		}
	}
	return moves
}
