package auth

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// tokenPrefix lets scanners of repositories and people recognise a token that leaked.
const tokenPrefix = "leadscore_"

// NewToken makes a token, adds its hash to the file, which it makes if there is none, and returns the token: the only time
// that anybody sees it. A zero expires means never. The rest of the file, comments too, stays as it is.
func NewToken(path, name string, scopes []Scope, expires time.Time) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte("# Tokens that may call leadscore serve; made by leadscore token new. To take one away, delete its lines.\nversion: 1\ntokens:\n"), nil
	} else if err == nil {
		_, err = parseTokens(path, text)
	}
	if err != nil {
		return "", err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: it would end the program
	shown := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(shown))
	line := tokenLine{Name: name, Hash: hashPrefix + hex.EncodeToString(sum[:])}
	for _, scope := range scopes {
		line.Scopes = append(line.Scopes, string(scope))
	}
	if !expires.IsZero() {
		line.Expires = expires.UTC().Format(time.RFC3339)
	}
	longer, err := appended(text, line)
	if err != nil {
		return "", err
	}
	if _, err := parseTokens(path, longer); err != nil {
		return "", fmt.Errorf("cannot add to %s, whose list of tokens is not at its end, one a line: %w", path, err)
	}
	return shown, replace(path, longer)
}

// appended is the text with one more token below the others.
func appended(text []byte, line tokenLine) ([]byte, error) {
	entry, err := yaml.Marshal([]tokenLine{line})
	if err != nil {
		return nil, err
	}
	longer := bytes.TrimRight(text, " \n\r\t")
	if cut, empty := bytes.CutSuffix(longer, []byte("tokens: []")); empty {
		longer = append(bytes.Clone(cut), "tokens:"...)
	}
	longer = append(longer, '\n')
	indent := indentOf(text)
	for row := range strings.Lines(string(entry)) {
		longer = append(longer, indent+row...)
	}
	return longer, nil
}

// indentOf is how deep the file's entries stand.
func indentOf(text []byte) string {
	for row := range strings.Lines(string(text)) {
		if trimmed := strings.TrimLeft(row, " "); strings.HasPrefix(trimmed, "- ") {
			return row[:len(row)-len(trimmed)]
		}
	}
	return "  "
}

// replace writes a file as a whole, readable by its owner alone; a file that is there keeps its mode.
func replace(path string, text []byte) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // there is none after the rename
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
