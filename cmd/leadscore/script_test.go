package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A script is a file of testdata/script in the form of golang.org/x/tools/txtar: commands, a line each, and the files that
// they work on. The commands are those of rogpeppe's testscript, with the same meaning:
//
//	[!] exec PROGRAM ARGUMENT…     run; with ! it must fail
//	[!] stdout|stderr REGEXP       what the last program wrote; . does not match a line's end
//	[!] grep REGEXP FILE
//	cmp FILE FILE                  stdout and stderr are files too
//	[!] exists FILE…
//	cp, mkdir, rm, cd, stdin, env NAME=VALUE
//
// and these of our own:
//
//	code N                         exit code of the last program
//	edit FILE LINE TEXT            replaces a line, counted from 1
//	repeat N TEXT                  sets $LONG to N times TEXT
//	truncate FILE BYTES
//	json KEY…                      stdout is one JSON object that has the keys
//	server ARGUMENT…               starts leadscore serve and sets $ADDRESS to where it listens
//	stop SIGNAL CODE               ends it; its log is then stderr
//
// Every script runs in an empty folder of its own, which is $WORK. $HISTORY is testdata/history, $TRAINED a folder with a
// schema, rules and a store that were made of it.
type script struct {
	*testing.T
	line           string // being run
	dir, cwd       string
	env            map[string]string
	stdin          string
	stdout, stderr string
	code           int
	server         *server
}

var scriptCommands = map[string]func(s *script, not bool, args []string){
	"exec": (*script).exec, "stdout": (*script).matchStdout, "stderr": (*script).matchStderr, "grep": (*script).grep,
	"cmp": (*script).cmp, "exists": (*script).exists, "cp": (*script).cp, "mkdir": (*script).mkdir, "rm": (*script).rm,
	"cd": (*script).chdir, "stdin": (*script).setStdin, "env": (*script).setEnv,
	"code": (*script).checkCode, "edit": (*script).edit, "repeat": (*script).repeat, "truncate": (*script).truncate,
	"json": (*script).json, "server": (*script).startServer, "stop": (*script).stopServer,
}

// TestMain lets the test binary be the program: a link to it named leadscore runs main.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "leadscore" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	env := map[string]string{"HISTORY": historyDir(t), "TRAINED": trained(t), "PATH": programDir(t) + ":" + os.Getenv("PATH"), "HOME": "/no-home"}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			s := &script{T: t, dir: dir, cwd: dir, env: map[string]string{"WORK": dir}}
			for name, value := range env {
				s.env[name] = value
			}
			s.run(path, string(text))
		})
	}
}

// programDir makes a folder that holds the program under its name.
func programDir(t *testing.T) string {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "leadscore")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func historyDir(t *testing.T) string {
	dir, err := filepath.Abs("../../testdata/history")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// trained makes a schema, rules and a store of the history.
func trained(t *testing.T) string {
	dir, history := t.TempDir(), historyDir(t)
	leads, events := filepath.Join(history, "leads.csv"), filepath.Join(history, "events.csv")
	mustRun(t, "init", "--leads", leads, "--events", events, "--out", dir)
	mustRun(t, "train", "--schema", dir+"/schema.yaml", "--rules", dir+"/rules.yaml", "--leads", leads, "--events", events,
		"--store", dir+"/store", "--model", "deals", "--no-pairs")
	return dir
}

// mustRun runs a command in this process and returns what it printed.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), args, &stdout, &stderr); code != exitOK {
		t.Fatalf("leadscore %s: exit code %d\n%s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

// run plays a script.
func (s *script) run(path, text string) {
	commands, files := splitArchive(text)
	for name, content := range files {
		name = filepath.Join(s.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(content), 0o666)); err != nil {
			s.Fatal(err)
		}
	}
	defer s.killServer()
	for i, line := range strings.Split(commands, "\n") {
		words, err := s.words(line)
		if err != nil {
			s.Fatalf("%s:%d: %v", path, i+1, err)
		}
		if len(words) == 0 {
			continue
		}
		not := words[0] == "!"
		if not {
			words = words[1:]
		}
		command := scriptCommands[words[0]]
		if command == nil {
			s.Fatalf("%s:%d: no command %q", path, i+1, words[0])
		}
		s.line = fmt.Sprintf("%s:%d: %s", path, i+1, strings.TrimSpace(line))
		command(s, not, words[1:])
	}
}

// Fatalf ends the script with the line that failed.
func (s *script) Fatalf(format string, values ...any) {
	s.Helper()
	s.T.Fatalf("%s\n%s", s.line, fmt.Sprintf(format, values...))
}

// splitArchive parts the commands from the files, whose heads are lines "-- name --".
func splitArchive(text string) (commands string, files map[string]string) {
	head := regexp.MustCompile(`(?m)^-- (\S+) --\n`)
	places := head.FindAllStringSubmatchIndex(text, -1)
	files = map[string]string{}
	commands = text
	for i, at := range places {
		if i == 0 {
			commands = text[:at[0]]
		}
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		files[text[at[2]:at[3]]] = text[at[1]:end]
	}
	return commands, files
}

// words splits a line: a quoted part stays as it is, with two quotes for one; elsewhere $NAME is replaced and # begins a
// comment.
func (s *script) words(line string) (words []string, err error) {
	var word, plain strings.Builder
	begun, quoted := false, false
	settle := func() {
		word.WriteString(os.Expand(plain.String(), func(name string) string { return s.env[name] }))
		plain.Reset()
	}
	end := func() {
		settle()
		if begun {
			words = append(words, word.String())
		}
		begun = false
		word.Reset()
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\'' && quoted && i+1 < len(line) && line[i+1] == '\'':
			i++
			word.WriteByte(c)
		case c == '\'':
			settle()
			begun, quoted = true, !quoted
		case quoted:
			word.WriteByte(c)
		case c == ' ' || c == '\t':
			end()
		case c == '#' && !begun:
			return words, nil
		default:
			begun = true
			plain.WriteByte(c)
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	end()
	return words, nil
}

func (s *script) exec(not bool, args []string) {
	command := s.command(args)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(s.stdin), &stdout, &stderr
	err := command.Run()
	s.stdin, s.stdout, s.stderr, s.code = "", stdout.String(), stderr.String(), command.ProcessState.ExitCode()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	if strings.Contains(s.stderr, "panic:") || strings.Contains(s.stderr, "goroutine ") {
		s.Fatalf("it panicked:\n%s", s.stderr)
	}
	if (err != nil) != not {
		s.Fatalf("exit code %d\n[stdout]\n%s[stderr]\n%s", s.code, s.stdout, s.stderr)
	}
}

func (s *script) command(args []string) *exec.Cmd {
	path := args[0]
	for _, dir := range filepath.SplitList(s.env["PATH"]) {
		if found, err := exec.LookPath(filepath.Join(dir, path)); err == nil {
			path = found
			break
		}
	}
	command := exec.Command(path, args[1:]...)
	command.Args[0], command.Dir = args[0], s.cwd
	for name, value := range s.env {
		if name == "LONG" { // longer than a program's surroundings may be
			continue
		}
		command.Env = append(command.Env, name+"="+value)
	}
	slices.Sort(command.Env)
	return command
}

func (s *script) matchStdout(not bool, args []string) { s.match("stdout", s.stdout, not, args[0]) }
func (s *script) matchStderr(not bool, args []string) { s.match("stderr", s.stderr, not, args[0]) }
func (s *script) grep(not bool, args []string)        { s.match(args[1], s.read(args[1]), not, args[0]) }

func (s *script) match(name, text string, not bool, pattern string) {
	found := regexp.MustCompile(`(?m)` + pattern).FindString(text)
	switch {
	case not && found != "":
		s.Fatalf("%s has %q:\n%s", name, found, text)
	case !not && found == "" && !regexp.MustCompile(`(?m)`+pattern).MatchString(text):
		s.Fatalf("%s has nothing like %q:\n%s", name, pattern, text)
	}
}

func (s *script) cmp(_ bool, args []string) {
	if got, want := s.read(args[0]), s.read(args[1]); got != want {
		s.Fatalf("%s is\n%s\nwant %s\n%s", args[0], got, args[1], want)
	}
}

func (s *script) read(name string) string {
	switch name {
	case "stdout":
		return s.stdout
	case "stderr":
		return s.stderr
	}
	text, err := os.ReadFile(s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

func (s *script) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.cwd, name)
}

func (s *script) write(name, text string) { s.check(os.WriteFile(s.path(name), []byte(text), 0o666)) }

func (s *script) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%v", err)
	}
}

func (s *script) exists(not bool, args []string) {
	for _, name := range args {
		found, err := filepath.Glob(s.path(name))
		s.check(err)
		if (len(found) > 0) == not {
			s.Fatalf("%s: exists is %v", name, !not)
		}
	}
}

func (s *script) cp(_ bool, args []string)       { s.write(args[1], s.read(args[0])) }
func (s *script) mkdir(_ bool, args []string)    { s.check(os.MkdirAll(s.path(args[0]), 0o777)) }
func (s *script) rm(_ bool, args []string)       { s.check(os.RemoveAll(s.path(args[0]))) }
func (s *script) chdir(_ bool, args []string)    { s.cwd = s.path(args[0]) }
func (s *script) setStdin(_ bool, args []string) { s.stdin = s.read(args[0]) }

func (s *script) setEnv(_ bool, args []string) {
	name, value, _ := strings.Cut(args[0], "=")
	s.env[name] = value
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	s.check(err)
	return n
}

func (s *script) checkCode(_ bool, args []string) {
	if want := s.number(args[0]); s.code != want {
		s.Fatalf("exit code %d, want %d\n%s", s.code, want, s.stderr)
	}
}

func (s *script) edit(_ bool, args []string) {
	lines := strings.Split(s.read(args[0]), "\n")
	lines[s.number(args[1])-1] = args[2]
	s.write(args[0], strings.Join(lines, "\n"))
}

func (s *script) repeat(_ bool, args []string) {
	s.env["LONG"] = strings.Repeat(args[1], s.number(args[0]))
}

func (s *script) truncate(_ bool, args []string) {
	s.check(os.Truncate(s.path(args[0]), int64(s.number(args[1]))))
}
