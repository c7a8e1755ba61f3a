package models

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func storeWithCard(t *testing.T) (s *Store, v *Version, dir string) {
	t.Helper()
	s, err := OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v = artifact(t)
	id, err := s.PutWith(v, map[string][]byte{CardFile: []byte("# A card\n"), "a.txt": []byte("a\n")})
	if err != nil {
		t.Fatal(err)
	}
	return s, v, s.versionDir(v.Model, id)
}

func TestFilesBesideAVersion(t *testing.T) {
	s, v, dir := storeWithCard(t)
	plain := artifact(t)
	if _, err := plain.Identify(); err != nil {
		t.Fatal(err)
	}
	if plain.ID != v.ID {
		t.Errorf("id with a card %s, without %s: the id must follow from model.json alone", v.ID, plain.ID)
	}
	text, err := s.File(v.Model, v.ID, CardFile)
	if err != nil || string(text) != "# A card\n" {
		t.Errorf("File = %q, %v", text, err)
	}
	if _, err := s.File(v.Model, v.ID, "absent.txt"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("File of an absent name = %v, want os.ErrNotExist", err)
	}
	for _, name := range []string{"../model.json", ".hidden", "model.json/", ""} {
		if _, err := s.File(v.Model, v.ID, name); !errors.Is(err, ErrName) {
			t.Errorf("File(%q) = %v, want ErrName", name, err)
		}
	}
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil || strings.Count(string(sums), "\n") != 3 || !strings.HasPrefix(string(sums), v.Checksum+"  model.json\n") {
		t.Errorf("SHA256SUMS = %q, %v", sums, err)
	}
}

func TestDamagedFilesBesideAVersion(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(dir string) error
	}{
		{"card changed", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, CardFile), []byte("# Another\n"), 0o644)
		}},
		{"card gone", func(dir string) error { return os.Remove(filepath.Join(dir, CardFile)) }},
		{"sums cut short", func(dir string) error {
			return rewrite(dir, func(b []byte) []byte { return b[:len(b)-1] })
		}},
		{"sums name another folder", func(dir string) error {
			return rewrite(dir, func(b []byte) []byte { return bytes.Replace(b, []byte("  a.txt"), []byte("  ../a.txt"), 1) })
		}},
		{"a line twice", func(dir string) error {
			return rewrite(dir, func(b []byte) []byte { return append(b, b[strings.LastIndex(string(b[:len(b)-1]), "\n")+1:]...) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, v, dir := storeWithCard(t)
			if err := c.damage(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get(v.Model, v.ID); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), "remove it and make the version again") {
				t.Errorf("Get = %v, want ErrChecksum and the way out", err)
			}
		})
	}
}

func TestNamesBesideAVersion(t *testing.T) {
	s, err := OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"model.json", "SHA256SUMS", "../x.md", "a/b.md", ".x.md", ""} {
		if _, err := s.PutWith(artifact(t), map[string][]byte{name: nil}); !errors.Is(err, ErrName) {
			t.Errorf("PutWith(%q) = %v, want ErrName", name, err)
		}
	}
}

func rewrite(dir string, change func([]byte) []byte) error {
	path := filepath.Join(dir, "SHA256SUMS")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, change(text), 0o644)
}

// What a killed process left unfinished goes when the next version is written, unless it is so new that another may still write it.
func TestUnfinishedFoldersGo(t *testing.T) {
	store, err := OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	versions := filepath.Join(store.Dir(), "deals", "versions")
	old, young := filepath.Join(versions, unfinished+"1"), filepath.Join(versions, unfinished+"2")
	for _, folder := range []string{old, young} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	v := artifact(t)
	v.Model = "deals"
	if _, err := store.Put(v); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old folder is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young folder: %v", err)
	}
}
