package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program: scripts and tests find it as leadscore.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"leadscore": main, "putversions": putVersions})
}

// TestScripts runs testdata/script: the commands of testscript, and these of our own:
//
//	fails N PROGRAM ARGUMENT…      run; the exit code must be N, and it must be no panic
//	edit FILE LINE TEXT            replaces a line, counted from 1; @20x@ in the text stands for twenty x
//	insert FILE PREFIX TEXT        writes TEXT as a line behind the first line that begins with PREFIX
//	replace FILE OLD NEW           replaces the first OLD
//	column FILE NAME VALUE…        adds a column to a CSV file; the values take turns
//	truncate FILE BYTES
//	json KEY…                      stdout is one JSON object that has the keys
//	server ARGUMENT…               starts leadscore serve and sets $ADDRESS to where it listens
//	shutdown SIGNAL CODE              ends it; its log is then server.log
//
// $HISTORY is testdata/history, $TRAINED a folder with a schema, rules and a store that were made of it.
func TestScripts(t *testing.T) {
	history, made := historyDir(t), trained(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Values[serverKey{}] = new(*server)
			env.Setenv("HISTORY", history)
			env.Setenv("TRAINED", made)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"fails": fails, "edit": edit, "insert": insert, "replace": replace, "column": column, "truncate": truncate, "json": hasKeys, "server": startServer, "shutdown": stopServer,
		},
	})
}

func fails(ts *testscript.TestScript, _ bool, args []string) {
	want := number(ts, args[0])
	err := ts.Exec(args[1], args[2:]...)
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) || exit.ExitCode() != want {
		ts.Fatalf("%v, want exit code %d", err, want)
	}
	if text := ts.ReadFile("stderr"); strings.Contains(text, "goroutine ") {
		ts.Fatalf("it panicked:\n%s", text)
	}
}

var repeated = regexp.MustCompile(`@(\d+)(.)@`)

func edit(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	lines[number(ts, args[1])-1] = repeated.ReplaceAllStringFunc(args[2], func(text string) string {
		part := repeated.FindStringSubmatch(text)
		return strings.Repeat(part[2], number(ts, part[1]))
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")), 0o666))
}

func insert(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, args[1]) })
	if at < 0 {
		ts.Fatalf("%s has no line that begins with %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(slices.Insert(lines, at+1, args[2]), "\n")), 0o666))
}

func replace(ts *testscript.TestScript, _ bool, args []string) {
	before, after, found := strings.Cut(ts.ReadFile(args[0]), args[1])
	if !found {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(before+args[2]+after), 0o666))
}

func column(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	lines[0] += "," + args[1]
	for i := range lines[1:] {
		lines[1+i] += "," + args[2+i%(len(args)-2)]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")+"\n"), 0o666))
}

func truncate(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Truncate(ts.MkAbs(args[0]), int64(number(ts, args[1]))))
}

func hasKeys(ts *testscript.TestScript, _ bool, keys []string) {
	var object map[string]any
	text := ts.ReadFile("stdout")
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&object); err != nil || decoder.More() {
		ts.Fatalf("stdout is not one JSON object: %v\n%s", err, text)
	}
	for _, key := range keys {
		if _, ok := object[key]; !ok {
			ts.Fatalf("the JSON has no %q:\n%.2000s", key, text)
		}
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
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
