package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"leadscore/features"
)

// Tokens are the bearer tokens of a file, read again when it changes. The file holds SHA-256 hashes: a token has 256 random
// bits, so that a hash tells nothing of it and needs no salt and no slow hash.
//
//	version: 1
//	tokens:
//	  - {name: crm, hash: "sha256:3f9a…", scopes: [score]}
//	  - {name: ops, hash: "sha256:77b0…", scopes: [read, admin], expires: 2027-01-01}
type Tokens struct {
	path    string
	source  source
	current atomic.Pointer[[]token]
}

// token is one token that may call.
type token struct {
	name    string
	hash    [sha256.Size]byte
	scopes  []Scope
	expires time.Time // zero: never
}

type tokenFile struct {
	Version int         `yaml:"version"`
	Tokens  []tokenLine `yaml:"tokens"`
}

type tokenLine struct {
	Name    string   `yaml:"name"`
	Hash    string   `yaml:"hash"`
	Scopes  []string `yaml:"scopes,flow"`
	Expires string   `yaml:"expires,omitempty"`
}

// mostTokens bounds the time of a comparison with all of them, and the names in metrics.
const mostTokens = 1000

// OpenTokens reads a file of tokens.
func OpenTokens(path string, report Report) (*Tokens, error) {
	t := &Tokens{path: path}
	t.source.what, t.source.files, t.source.report = "tokens", []string{path}, report
	t.source.take = func(contents [][]byte) error {
		list, err := parseTokens(path, contents[0])
		if err != nil {
			return err
		}
		t.current.Store(&list)
		return nil
	}
	if err := t.source.load(); err != nil {
		return nil, err
	}
	return t, nil
}

// Count is how many tokens are in force, ended ones among them.
func (t *Tokens) Count() int { return len(*t.current.Load()) }

// find gives the token that a caller shows. It compares with every token, and all of each, so that the time taken tells
// nothing of how near a guess was.
func (t *Tokens) find(shown string) (found token, ok bool) {
	hash := sha256.Sum256([]byte(shown))
	list := *t.current.Load()
	at := -1
	for i := range list {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], list[i].hash[:]), i, at)
	}
	if at < 0 {
		return token{}, false
	}
	return list[at], true
}

// parseTokens reads the text of a tokens file; errors are all of its faults, with lines.
func parseTokens(path string, text []byte) ([]token, error) {
	var file tokenFile
	lines, err := features.DecodeYAML(path, text, &file)
	if err != nil {
		return nil, err
	}
	var faults features.Faults
	fault := func(value, problem, want string, at ...any) {
		faults.Add(&features.FieldError{File: path, Line: lines.Line(at...), Field: pathOf(at), Value: value, Problem: problem, Want: want})
	}
	if file.Version != 1 {
		fault(fmt.Sprint(file.Version), "not a version that this program reads", "write version: 1", "version")
	}
	if len(file.Tokens) > mostTokens {
		fault(fmt.Sprint(len(file.Tokens)), "too many tokens", fmt.Sprintf("want at most %d", mostTokens), "tokens")
	}
	list := make([]token, 0, len(file.Tokens))
	names, hashes := map[string]bool{}, map[[sha256.Size]byte]bool{}
	for i, line := range file.Tokens {
		one, member, problem := line.token()
		switch {
		case problem != nil:
			fault("", problem.Error(), "", "tokens", i, member)
		case names[one.name]:
			fault(one.name, "a second token of this name", "names are who calls; make them differ", "tokens", i, "name")
		case hashes[one.hash]:
			fault("", "the same hash as that of another token", "", "tokens", i, "hash")
		}
		names[one.name], hashes[one.hash] = true, true
		list = append(list, one)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return list, nil
}

// token reads a line of the file, or says what is wrong with which of its members.
func (l *tokenLine) token() (t token, member string, problem error) {
	if err := CheckName(l.Name); err != nil {
		return t, "name", err
	}
	t.name = l.Name
	digits, ok := strings.CutPrefix(l.Hash, hashPrefix)
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != sha256.Size {
		return t, "hash", fmt.Errorf("not a hash; want %s and 64 hexadecimal digits, as leadscore token new writes", hashPrefix)
	}
	t.hash = [sha256.Size]byte(sum)
	if t.scopes, err = ParseScopes(l.Scopes); err != nil {
		return t, "scopes", err
	}
	if l.Expires != "" {
		if t.expires, err = ParseExpiry(l.Expires); err != nil {
			return t, "expires", err
		}
	}
	return t, "", nil
}

const (
	hashPrefix  = "sha256:"
	longestName = 64
)

// CheckName wants a caller's name to be fit for logs and metrics.
func CheckName(name string) error {
	ok := name != "" && len(name) <= longestName
	for _, c := range []byte(name) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.@", c) >= 0)
	}
	if !ok {
		return fmt.Errorf("name %q: want 1 to %d letters, digits or any of -_.@", name, longestName)
	}
	return nil
}

// ParseExpiry reads a day, which counts to its end in UTC, or an instant.
func ParseExpiry(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: not a time; write 2027-01-31 or 2027-01-31T18:00:00Z", text)
	}
	return instant, nil
}

// pathOf writes steps as tokens[3].scopes.
func pathOf(steps []any) string {
	var b strings.Builder
	for i, step := range steps {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		}
	}
	return b.String()
}
