package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// stored is a store with one version in it.
type stored struct {
	*Store
	id, place string // the version's id and folder
}

func putArtifact(t testing.TB) stored {
	t.Helper()
	s, err := OpenStore(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Put(artifact(t))
	if err != nil {
		t.Fatal(err)
	}
	return stored{s, id, filepath.Join(s.Dir(), "deals", "versions", id)}
}

// rewrite changes the model file; with sums its checksum file and its folder's name follow, so that only what the file says can
// be at fault.
func (s *stored) rewrite(t *testing.T, text []byte, sums bool) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.place, "model.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if !sums {
		return
	}
	digest := sha256.Sum256(text)
	sum := hex.EncodeToString(digest[:])
	if err := os.WriteFile(filepath.Join(s.place, "SHA256SUMS"), []byte(sum+"  model.json\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	id := s.id[:len(s.id)-12] + sum[:12]
	place := filepath.Join(filepath.Dir(s.place), id)
	if err := os.Rename(s.place, place); err != nil {
		t.Fatal(err)
	}
	s.id, s.place = id, place
}

// mustFail wants an error, by errors.Is where a sentinel is given.
func mustFail(t *testing.T, what string, err, want error) {
	t.Helper()
	if err == nil || want != nil && !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func TestPutTwice(t *testing.T) {
	s := putArtifact(t)
	first, err := os.ReadFile(filepath.Join(s.place, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(s.place, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	v := artifact(t)
	id, err := s.Put(v)
	if err != nil || id != s.id || v.ID != s.id {
		t.Fatalf("Put again = %q (version says %q), %v; want %q", id, v.ID, err, s.id)
	}
	second, _ := os.ReadFile(filepath.Join(s.place, "model.json"))
	after, _ := os.Stat(filepath.Join(s.place, "model.json"))
	if string(first) != string(second) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the second Put wrote the file again")
	}
	if string(first) != string(artifactText(t)) {
		t.Error("the stored file is not the version's text")
	}
	list, err := s.List("deals")
	if err != nil || len(list) != 1 || list[0].ID != s.id || list[0].Stored.IsZero() {
		t.Errorf("List = %+v, %v; want the one version", list, err)
	}
	got, err := s.Get("deals", s.id)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(first)
	if got.ID != s.id || got.Checksum != hex.EncodeToString(digest[:]) || !strings.HasPrefix(s.id, "2025-12-31-") {
		t.Errorf("Get: id %q, checksum %q of folder %q", got.ID, got.Checksum, s.id)
	}
}

// Another figure is another version: neither takes the other's place.
func TestPutDifferent(t *testing.T) {
	s := putArtifact(t)
	v := artifact(t)
	v.Training.Rows++
	id, err := s.Put(v)
	if err != nil || id == s.id {
		t.Fatalf("Put of another version = %q, %v; the first is %q", id, err, s.id)
	}
	list, err := s.List("deals")
	if err != nil || len(list) != 2 || list[0].ID < list[1].ID {
		t.Errorf("List = %+v, %v; want two, the greater name first", list, err)
	}
	v.Training.Newest = ""
	id, err = s.Put(v)
	if err != nil || !strings.HasPrefix(id, "undated-") {
		t.Errorf("Put of a version without times = %q, %v; want undated-…", id, err)
	}
}

func TestTornFile(t *testing.T) {
	s := putArtifact(t)
	text := artifactText(t)
	for cut := 0; cut < len(text); cut += 1 + len(text)/60 {
		s.rewrite(t, text[:cut], false)
		_, err := s.Get("deals", s.id)
		mustFail(t, fmt.Sprintf("cut at %d of %d", cut, len(text)), err, ErrChecksum)
	}
	// A cut file whose checksum was made to fit is still none of ours. Only the last line feed may be missing.
	for cut := 0; cut < len(text)-2; cut += 1 + len(text)/40 {
		_, err := DecodeVersion(text[:cut])
		mustFail(t, fmt.Sprintf("decode up to %d of %d", cut, len(text)), err, ErrFormat)
	}
}

func TestFlippedByte(t *testing.T) {
	s := putArtifact(t)
	text := artifactText(t)
	for at := 0; at < len(text); at += 1 + len(text)/60 {
		changed := append([]byte(nil), text...)
		changed[at] ^= 1 << (at % 8)
		s.rewrite(t, changed, false)
		_, err := s.Get("deals", s.id)
		mustFail(t, fmt.Sprintf("bit flipped in byte %d", at), err, ErrChecksum)
	}
}

// A damaged twin must not pass for the version that is being stored, and storing must not mend it in secret.
func TestPutOverDamage(t *testing.T) {
	s := putArtifact(t)
	s.rewrite(t, artifactText(t)[:1000], false)
	_, err := s.Put(artifact(t))
	mustFail(t, "Put over a torn twin", err, ErrChecksum)
}

func TestChecksumFile(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"of other bytes": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("0", 64)+"  model.json\n"), 0o644)
		},
		"of other file": func(path string) error { return replaceIn(path, "model.json", "other.json") },
		"a folder": func(path string) error {
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o755))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := putArtifact(t)
			if err := damage(filepath.Join(s.place, "SHA256SUMS")); err != nil {
				t.Fatal(err)
			}
			_, err := s.Get("deals", s.id)
			mustFail(t, name, err, ErrChecksum)
			mustFail(t, name+": alias", s.SetAlias("deals", Champion, s.id), ErrChecksum)
		})
	}
}

func replaceIn(path, before, after string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), before, after)), 0o644)
}

// What the head of a file says decides, even where the checksum fits.
func TestOtherFormats(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		want                error
	}{
		{"newer", `"format_version": 1`, `"format_version": 2`, ErrNewerFormat},
		{"newer with members of its own", `"format_version": 1,`, `"format_version": 7, "trees": [1],`, ErrNewerFormat},
		{"older than the first", `"format_version": 1`, `"format_version": 0`, ErrFormat},
		{"negative", `"format_version": 1`, `"format_version": -1`, ErrFormat},
		{"version is a text", `"format_version": 1`, `"format_version": "1"`, ErrFormat},
		{"another program's", `"format": "leadscore model"`, `"format": "pickle"`, ErrFormat},
		{"no format", `"format": "leadscore model",`, ``, ErrFormat},
		{"unknown member", `"code":`, `"trees": 3, "code":`, ErrFormat},
		{"unknown member inside", `"intercept":`, `"trees": 3, "intercept":`, ErrFormat},
		{"text behind", "}\n\x00", "} {}\n\x00", ErrFormat},
		{"not JSON", `{`, `<`, ErrFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := putArtifact(t)
			text := string(artifactText(t)) + "\x00"
			if !strings.Contains(text, c.before) {
				t.Fatalf("the artifact does not hold %q", c.before)
			}
			text = strings.TrimSuffix(strings.Replace(text, c.before, c.after, 1), "\x00")
			s.rewrite(t, []byte(text), true)
			_, err := s.Get("deals", s.id)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// A version's folder under another name, day or model is not that version.
func TestMisplaced(t *testing.T) {
	move := func(t *testing.T, model, id string) *Store {
		s := putArtifact(t)
		place := filepath.Join(s.Dir(), model, "versions", id)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(s.place, place); err != nil {
			t.Fatal(err)
		}
		return s.Store
	}
	id := putArtifact(t).id
	for _, c := range []struct {
		name, model, id string
		want            error
	}{
		{"another model", "other", id, ErrMisplaced},
		{"another day", "deals", "2031-01-01" + id[10:], ErrMisplaced},
		{"undated", "deals", "undated" + id[10:], ErrMisplaced},
		{"another checksum", "deals", id[:11] + "0123456789ab", ErrChecksum},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := move(t, c.model, c.id)
			_, err := s.Get(c.model, c.id)
			mustFail(t, "Get", err, c.want)
			mustFail(t, "SetAlias", s.SetAlias(c.model, Champion, c.id), c.want)
		})
	}
}

func TestAliases(t *testing.T) {
	s := putArtifact(t)
	_, err := s.Get("deals", "")
	mustFail(t, "no champion yet", err, ErrNoVersion)
	for range 2 { // the second move changes nothing
		if err := s.SetAlias("deals", Champion, s.id); err != nil {
			t.Fatal(err)
		}
	}
	v, err := s.Get("deals", "")
	if err != nil || v.ID != s.id {
		t.Fatalf("champion = %v, %v", v, err)
	}
	_, err = s.Get("deals", Challenger)
	mustFail(t, "no challenger", err, ErrNoVersion)
	other := artifact(t)
	other.Training.Rows++
	second, err := s.Put(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAlias("deals", Champion, second); err != nil {
		t.Fatal(err)
	}
	aliases, err := s.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	if aliases.Current[Champion] != second || len(aliases.History) != 2 {
		t.Fatalf("aliases %+v: want champion %s after two moves", aliases, second)
	}
	if move := aliases.History[1]; move.From != s.id || move.To != second || move.Alias != Champion || move.Time.IsZero() {
		t.Errorf("second move %+v, want from %s to %s", move, s.id, second)
	}
	list, err := s.List("deals")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list {
		if want := entry.ID == second; want != (len(entry.Aliases) == 1) {
			t.Errorf("entry %+v: champion is %s", entry, second)
		}
	}
	mustFail(t, "unknown alias", s.SetAlias("deals", "canary", s.id), ErrName)
	mustFail(t, "no such version", s.SetAlias("deals", Champion, "2020-01-01-0123456789ab"), ErrNoVersion)
	mustFail(t, "not a version", s.SetAlias("deals", Champion, "../../x"), ErrName)
	mustFail(t, "no such model", s.SetAlias("nothing", Champion, s.id), ErrNoVersion)
}

func TestAliasesFile(t *testing.T) {
	missing := "2020-01-01-0123456789ab"
	for _, c := range []struct {
		name, text string
		want       error // nil: any error
	}{
		{"garbage", "\x00\xff not JSON", nil},
		{"empty", "", nil},
		{"half", `{"current": {"champion": "2020-`, nil},
		{"a list", `[1, 2]`, nil},
		{"names nothing that is there", `{"current": {"champion": "` + missing + `"}}`, ErrNoVersion},
		{"names a path", `{"current": {"champion": "../../../etc"}}`, nil},
		{"names nothing", `{"current": {"champion": ""}}`, nil},
		{"no champion", `{"current": {"challenger": "` + missing + `"}}`, ErrNoVersion},
		{"no aliases", `{}`, ErrNoVersion},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := putArtifact(t)
			path := filepath.Join(s.Dir(), "deals", "aliases.json")
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := s.Get("deals", "")
			mustFail(t, "Get of the champion", err, c.want)
			if c.want == nil && !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not name the file %s", err, path)
			}
			if _, err := s.Get("deals", s.id); err != nil {
				t.Errorf("the version itself is whole, but Get = %v", err)
			}
			// A file that cannot be read is never overwritten: the history of moves is in it.
			err = s.SetAlias("deals", Champion, s.id)
			if c.want == nil {
				mustFail(t, "SetAlias", err, nil)
				if text, _ := os.ReadFile(path); string(text) != c.text {
					t.Errorf("SetAlias overwrote a file that it could not read")
				}
			} else if err != nil {
				t.Errorf("SetAlias = %v", err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	s := putArtifact(t)
	for _, name := range []string{"", "../x", "..", ".", "/etc", `a\b`, "Deals", "deals ", "déals", "a/b", "a\x00", "-a", strings.Repeat("a", 64)} {
		v := artifact(t)
		v.Model = name
		_, err := s.Put(v)
		mustFail(t, fmt.Sprintf("Put as %q", name), err, ErrName)
		_, err = s.Get(name, "")
		mustFail(t, fmt.Sprintf("Get of %q", name), err, ErrName)
		_, err = s.Aliases(name)
		mustFail(t, fmt.Sprintf("Aliases of %q", name), err, ErrName)
		_, err = s.List(name)
		mustFail(t, fmt.Sprintf("List of %q", name), err, ErrName)
		mustFail(t, fmt.Sprintf("SetAlias of %q", name), s.SetAlias(name, Champion, s.id), ErrName)
	}
	if entries, err := os.ReadDir(filepath.Dir(s.Dir())); err != nil || len(entries) != 1 {
		t.Errorf("something was written beside the store: %v, %v", entries, err)
	}
	_, err := s.Get("nothing", "")
	mustFail(t, "Get of a model that is not there", err, ErrNoModel)
	if !strings.Contains(err.Error(), "deals") {
		t.Errorf("error %q does not say which models there are", err)
	}
	_, err = s.List("nothing")
	mustFail(t, "List of a model that is not there", err, ErrNoModel)
	_, err = s.Get("deals", "2020-01-01-0123456789ab")
	mustFail(t, "Get of a version that is not there", err, ErrNoVersion)
	_, err = s.Get("deals", "../../deals")
	mustFail(t, "Get by a path", err, ErrNoVersion)
}

func TestParseName(t *testing.T) {
	id := "2026-06-30-0123456789ab"
	for name, want := range map[string][2]string{
		"deals":            {"deals", ""},
		"deals@champion":   {"deals", Champion},
		"deals@challenger": {"deals", Challenger},
		"deals/" + id:      {"deals", id},
		"d.e-a_l5/" + id:   {"d.e-a_l5", id},
		"deals/undated-" + strings.Repeat("f", 12): {"deals", "undated-ffffffffffff"},
	} {
		model, ref, err := ParseName(name)
		if err != nil || model != want[0] || ref != want[1] {
			t.Errorf("ParseName(%q) = %q, %q, %v; want %q", name, model, ref, err, want)
		}
	}
	for _, name := range []string{"", "@champion", "deals@", "deals@best", "deals/", "deals/champion", "deals@" + id, "deals/" + id + "/x", "a@champion@challenger", "../deals"} {
		_, _, err := ParseName(name)
		mustFail(t, fmt.Sprintf("ParseName(%q)", name), err, ErrName)
	}
}

// A killed writer leaves a folder beside the versions, or a half-written alias file. Neither is looked at.
func TestKilledWriter(t *testing.T) {
	s := putArtifact(t)
	if err := s.SetAlias("deals", Champion, s.id); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(s.Dir(), "deals", "versions", ".writing-123")
	if err := os.Mkdir(left, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(left, "model.json"):                         `{"format": "leads`,
		filepath.Join(s.Dir(), "deals", "aliases.json.writing"):   `{"current": {"cham`,
		filepath.Join(s.Dir(), "deals", "versions", "stray.json"): "x",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.List("deals"); err != nil || len(list) != 1 {
		t.Errorf("List = %+v, %v; want the one whole version", list, err)
	}
	if _, err := s.Get("deals", ""); err != nil {
		t.Error(err)
	}
	v := artifact(t)
	v.Training.Rows++
	id, err := s.Put(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAlias("deals", Champion, id); err != nil {
		t.Error(err)
	}
	if models, err := s.Models(); err != nil || len(models) != 1 || models[0] != "deals" {
		t.Errorf("Models = %v, %v", models, err)
	}
}

// Every alias move of writers at one time is kept, and the same version stored by all of them is one.
func TestConcurrentWriters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	const writers = 8
	var group sync.WaitGroup
	ids := make([]string, writers)
	for w := range writers {
		group.Go(func() {
			s, err := OpenStore(dir)
			if err != nil {
				t.Error(err)
				return
			}
			v := artifact(t)
			if _, err := s.Put(v); err != nil { // the same of all
				t.Error(err)
			}
			v.Training.Rows = int64(w)
			if ids[w], err = s.Put(v); err != nil {
				t.Error(err)
			}
			alias := []string{Champion, Challenger}[w%2]
			if err := s.SetAlias("deals", alias, ids[w]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	aliases, err := s.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	if len(aliases.History) != writers {
		t.Errorf("%d alias moves kept, want %d", len(aliases.History), writers)
	}
	last := map[string]string{}
	for _, move := range aliases.History {
		if move.From != last[move.Alias] {
			t.Errorf("move %+v does not begin where the one before it ended, %q", move, last[move.Alias])
		}
		last[move.Alias] = move.To
	}
	for alias, id := range last {
		if aliases.Current[alias] != id {
			t.Errorf("%s is %q, the last move says %q", alias, aliases.Current[alias], id)
		}
	}
	if list, err := s.List("deals"); err != nil || len(list) != writers+1 {
		t.Errorf("%d versions, %v; want %d", len(list), err, writers+1)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "deals", "versions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			t.Errorf("%s was left behind", entry.Name())
		}
	}
}

// A place that cannot be written to (root may write to a read-only folder, so a file stands in the way) is an error, and
// nothing is left behind.
func TestUnwritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := OpenStore(file)
	mustFail(t, "a file as the store", err, nil)
	_, err = OpenStore("")
	mustFail(t, "no directory", err, nil)
	if s, err := OpenStore(filepath.Join(file, "store")); err == nil {
		_, err = s.Put(artifact(t))
		mustFail(t, "Put below a file", err, nil)
	}
	s := putArtifact(t)
	if err := os.WriteFile(filepath.Join(s.Dir(), "other"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	v := artifact(t)
	v.Model = "other"
	_, err = s.Put(v)
	mustFail(t, "Put where a file is", err, nil)
	_, err = s.Get("other", "")
	mustFail(t, "Get where a file is", err, nil)

	// A folder where the alias file belongs: the rename fails, and what was there stays.
	if err := os.MkdirAll(filepath.Join(s.Dir(), "deals", "aliases.json", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	mustFail(t, "SetAlias where a folder is", s.SetAlias("deals", Champion, s.id), nil)
}

// A disk that is full fails the write; the store is as before. /dev/full stands for it.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "deals", "versions", "2020-01-01-0123456789ab")
	if err := writeThrough("/dev/full", []byte("x")); err == nil {
		t.Fatal("a full disk was not noticed")
	}
	// A name that cannot be made stands for a write that fails half-way: the first file is written, the second not.
	err := writeFolder(place, map[string][]byte{"a": []byte("x"), "no/such/folder": []byte("y")})
	mustFail(t, "a folder whose second file cannot be written", err, nil)
	entries, err := os.ReadDir(filepath.Dir(place))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	path := filepath.Join(dir, "aliases.json")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".writing", 0o755); err != nil {
		t.Fatal(err)
	}
	mustFail(t, "writeFile", writeFile(path, []byte("after")), nil)
	if text, _ := os.ReadFile(path); string(text) != "before" {
		t.Errorf("the file now holds %q", text)
	}
}

// The alias file is for people too.
func TestAliasesAreReadable(t *testing.T) {
	s := putArtifact(t)
	if err := s.SetAlias("deals", Champion, s.id); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(s.Dir(), "deals", "aliases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(text, &file); err != nil || text[len(text)-1] != '\n' {
		t.Errorf("aliases.json: %v: %q", err, text)
	}
}
