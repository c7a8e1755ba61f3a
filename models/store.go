package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"
)

// Aliases that a model may have. A version never changes; an alias moves.
const (
	Champion   = "champion"   // the version that answers
	Challenger = "challenger" // the version that wants to
)

// Store keeps model versions in a directory:
//
//	DIR/deals/aliases.json                           which version is champion, which challenger, and which were before
//	DIR/deals/versions/2026-06-30-3f9a2c1b7d04/model.json
//	DIR/deals/versions/2026-06-30-3f9a2c1b7d04/card.md       and other files beside it, for people
//	DIR/deals/versions/2026-06-30-3f9a2c1b7d04/SHA256SUMS    of all of them
//
// A version's folder appears whole or not at all: it is written beside its place and renamed. Readers need no lock;
// who moves an alias holds DIR/deals/aliases.lock, so that no move is lost.
type Store struct{ dir string }

// Entry is one version in a listing.
type Entry struct {
	ID      string    `json:"version"`
	Aliases []string  `json:"aliases,omitempty"`
	Stored  time.Time `json:"stored"` // when the folder was made; not part of the version
}

// Aliases are a model's aliases and how they moved, the newest last.
type Aliases struct {
	Current map[string]string `json:"current"`
	History []AliasMove       `json:"history"`
}

// AliasMove is one change of an alias, or a gate's refusal to change it.
type AliasMove struct {
	Time   time.Time   `json:"time"`
	Alias  string      `json:"alias"`
	From   string      `json:"from,omitempty"`
	To     string      `json:"to"`
	By     string      `json:"by,omitempty"`     // the command: train, recalibrate, promote, rollback
	Caller string      `json:"caller,omitempty"` // who asked a server for it, as the server knows callers
	Reason string      `json:"reason,omitempty"` // in words
	Gate   *GateRecord `json:"gate,omitempty"`   // what the gate found, if it was asked
}

var (
	modelName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)
	versionName = regexp.MustCompile(`^(undated|\d{4}-\d{2}-\d{2})-[0-9a-f]{12}$`)
)

// OpenStore opens the store in dir. The directory need not exist yet; [Store.Put] makes it.
func OpenStore(dir string) (*Store, error) {
	if dir == "" {
		return nil, errors.New("store: no directory given")
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("store %s: not a directory", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store: %w", err)
	}
	return &Store{dir: dir}, nil
}

// Dir is the store's directory.
func (s *Store) Dir() string { return s.dir }

// ParseName splits "deals", "deals@challenger" or "deals/2026-06-30-3f9a2c1b7d04" into the model and what of it is
// meant; an empty ref means the champion.
func ParseName(name string) (model, ref string, err error) {
	model = name
	if at := strings.IndexAny(name, "@/"); at >= 0 {
		model, ref = name[:at], name[at+1:]
		known := ref == Champion || ref == Challenger
		if name[at] == '/' {
			known = versionName.MatchString(ref)
		}
		if !known {
			return "", "", fmt.Errorf("%w: %q; write deals, deals@champion, deals@challenger or deals/VERSION", ErrName, name)
		}
	}
	if !modelName.MatchString(model) {
		return "", "", fmt.Errorf("%w: %q; use lower-case letters, digits, '-', '_' and '.', starting with a letter or digit", ErrName, name)
	}
	return model, ref, nil
}

// Put stores a version and returns its id. The same content gives the same id, and storing it again changes nothing.
func (s *Store) Put(v *Version) (string, error) { return s.PutWith(v, nil) }

// PutWith is Put with other files beside the version by name, such as [CardFile]. The id follows from model.json alone; where the version is stored
// already, its files stay as they are.
func (s *Store) PutWith(v *Version, beside map[string][]byte) (string, error) {
	if model, ref, err := ParseName(v.Model); err != nil || ref != "" {
		return "", fmt.Errorf("%w: %q is not a bare model name", ErrName, model)
	}
	text, err := v.Identify()
	if err != nil {
		return "", err
	}
	place := s.versionDir(v.Model, v.ID)
	if _, err := os.Stat(place); err == nil {
		_, err := s.read(v.Model, v.ID) // a damaged twin must not pass for this one
		return v.ID, err
	}
	files, err := versionFiles(text, beside)
	if err != nil {
		return "", err
	}
	return v.ID, writeFolder(place, files)
}

// Get reads a version and checks it: checksum, format, every part. ref is empty or an alias or a version's id.
func (s *Store) Get(model, ref string) (*Version, error) {
	id, err := s.Resolve(model, ref)
	if err != nil {
		return nil, err
	}
	return s.read(model, id)
}

// Resolve gives the id that ref (empty, an alias, an id) stands for now.
func (s *Store) Resolve(model, ref string) (string, error) {
	if !modelName.MatchString(model) {
		return "", fmt.Errorf("%w: %q", ErrName, model)
	}
	if _, err := os.Stat(filepath.Join(s.dir, model)); err != nil {
		return "", fmt.Errorf("%w: %q in store %s; it has %s", ErrNoModel, model, s.dir, s.describeModels())
	}
	if versionName.MatchString(ref) {
		return ref, nil
	}
	if ref == "" {
		ref = Champion
	}
	aliases, err := s.Aliases(model)
	if err != nil {
		return "", err
	}
	id, ok := aliases.Current[ref]
	if !ok {
		return "", fmt.Errorf("%w: model %q in store %s has no %s", ErrNoVersion, model, s.dir, ref)
	}
	return id, nil
}

// Models lists the models of the store by name.
func (s *Store) Models() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store: %w", err)
	}
	var models []string
	for _, entry := range entries {
		if entry.IsDir() && modelName.MatchString(entry.Name()) {
			models = append(models, entry.Name())
		}
	}
	return models, nil
}

// List gives a model's versions, the newest data first.
func (s *Store) List(model string) ([]Entry, error) {
	aliases, err := s.Aliases(model)
	if err != nil {
		return nil, err
	}
	folders, err := os.ReadDir(filepath.Join(s.dir, model, "versions"))
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %v", ErrNoModel, model, err)
	}
	var entries []Entry
	for _, folder := range folders {
		if !versionName.MatchString(folder.Name()) {
			continue
		}
		entry := Entry{ID: folder.Name()}
		if info, err := folder.Info(); err == nil {
			entry.Stored = info.ModTime()
		}
		for alias, id := range aliases.Current {
			if id == entry.ID {
				entry.Aliases = append(entry.Aliases, alias)
			}
		}
		sort.Strings(entry.Aliases)
		entries = append(entries, entry)
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].ID > entries[j].ID })
	return entries, nil
}

// Aliases reads a model's aliases; a model without any has none.
func (s *Store) Aliases(model string) (*Aliases, error) {
	if !modelName.MatchString(model) {
		return nil, fmt.Errorf("%w: %q", ErrName, model)
	}
	path := filepath.Join(s.dir, model, "aliases.json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Aliases{Current: map[string]string{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	aliases := new(Aliases)
	if err := json.Unmarshal(text, aliases); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	for alias, id := range aliases.Current {
		if !versionName.MatchString(id) {
			return nil, fmt.Errorf("store: %s: alias %s names %q, which is no version", path, alias, id)
		}
	}
	return aliases, nil
}

// SetAlias points an alias at a version that exists and reads well, and keeps the move in the history.
func (s *Store) SetAlias(model, alias, id string) error {
	return s.Move(model, AliasMove{Alias: alias, To: id})
}

func (s *Store) versionDir(model, id string) string {
	return filepath.Join(s.dir, model, "versions", id)
}

// read loads one version's file and holds it against both its checksum and its own name.
func (s *Store) read(model, id string) (*Version, error) {
	if !modelName.MatchString(model) || !versionName.MatchString(id) {
		return nil, fmt.Errorf("%w: %q/%q", ErrName, model, id)
	}
	dir := s.versionDir(model, id)
	text, err := os.ReadFile(filepath.Join(dir, modelFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s of model %q in store %s", ErrNoVersion, id, model, s.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	sum := checksum(text)
	if !strings.HasSuffix(id, "-"+sum[:12]) {
		return nil, damaged(dir, modelFile)
	}
	if err := checkFiles(dir, sum); err != nil {
		return nil, err
	}
	v, err := DecodeVersion(text)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", filepath.Join(dir, modelFile), err)
	}
	if v.Model != model || id != v.newestDay()+"-"+sum[:12] {
		return nil, fmt.Errorf("store: %s: %w: it is %s/%s-%s", filepath.Join(dir, modelFile), ErrMisplaced, v.Model, v.newestDay(), sum[:12])
	}
	v.ID, v.Checksum = id, sum
	return v, nil
}

func (s *Store) describeModels() string {
	models, err := s.Models()
	if err != nil || len(models) == 0 {
		return "no model yet"
	}
	return strings.Join(models, ", ")
}
