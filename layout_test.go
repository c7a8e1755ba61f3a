// Package leadscore_test holds the layout: which room may import which, and what no room may do.
package leadscore_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows is the whole list of allowed imports between rooms, as docs/architecture.md draws them. A room may always import its
// own inner folders.
var arrows = map[string][]string{
	"proto":    {},
	"features": {},
	"models":   {"features"},
	"train":    {"features", "models"},
	"serve":    {"features", "models", "proto"},
	"cmd":      {"proto", "features", "models", "train", "serve"},
}

// vague are names that say nothing of what a package is for.
var vague = []string{"util", "utils", "common", "types", "helpers", "misc", "shared", "base"}

func TestLayout(t *testing.T) {
	module := modulePath(t)
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || !strings.Contains(filepath.ToSlash(path), "/") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, fault := range layoutFaults(module, filepath.ToSlash(path), source) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("no Go file found: the test does not run at the module's root")
	}
}

func modulePath(t *testing.T) string {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(strings.TrimPrefix(first, "module"))
}

// layoutFaults says what is wrong with one file.
func layoutFaults(module, path string, source []byte) (faults []string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	room, _, _ := strings.Cut(path, "/")
	allowed, known := arrows[room]
	if !known {
		return []string{path + ": no room of that name; the rooms are listed in docs/architecture.md"}
	}
	isTest := strings.HasSuffix(path, "_test.go")
	name := strings.TrimSuffix(file.Name.Name, "_test")
	if slices.Contains(vague, name) {
		faults = append(faults, path+": package "+name+" says nothing of what it is for")
	}
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if imported == "C" {
			faults = append(faults, path+": imports C; the binary builds with CGO_ENABLED=0")
		}
		if imported == "flag" && room != "cmd" && !isTest {
			faults = append(faults, path+": imports flag; flags belong to cmd")
		}
		inner, ours := strings.CutPrefix(imported, module+"/")
		target, _, _ := strings.Cut(inner, "/")
		if ours && target != room && !slices.Contains(allowed, target) {
			faults = append(faults, path+": "+room+" must not import "+target)
		}
	}
	if room != "cmd" && !isTest && !ast.IsGenerated(file) {
		faults = append(faults, forbiddenCalls(path, file)...)
	}
	return faults
}

// forbiddenCalls finds what only a main may do, and init functions.
func forbiddenCalls(path string, file *ast.File) (faults []string) {
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			faults = append(faults, path+": has an init function; make what it makes where it is used")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		from, ok := selector.X.(*ast.Ident)
		if !ok {
			return true
		}
		call := from.Name + "." + selector.Sel.Name
		if call == "os.Exit" || strings.HasPrefix(call, "log.Fatal") || strings.HasPrefix(call, "log.Panic") {
			faults = append(faults, path+": "+call+"; only a main ends the program: return an error")
		}
		return true
	})
	return faults
}

// The test itself must be able to fail.
func TestLayoutFaults(t *testing.T) {
	cases := []struct {
		name, path, source string
		want               string // part of the only fault; "" means none
	}{
		{"allowed arrow", "models/rules/book.go", `package rules; import "leadscore/features"`, ""},
		{"inner folder of the same room", "features/read.go", `package features; import "leadscore/features/source"`, ""},
		{"a library", "features/read.go", `package features; import "go.yaml.in/yaml/v3"`, ""},
		{"arrow upwards", "features/read.go", `package features; import "leadscore/models"`, "features must not import models"},
		{"inner folders count for their room", "models/rules/book.go", `package rules; import "leadscore/train/report"`, "models must not import train"},
		{"train and serve never meet", "serve/server.go", `package serve; import "leadscore/train"`, "serve must not import train"},
		{"a test file counts", "models/x_test.go", `package models_test; import "leadscore/train"`, "models must not import train"},
		{"nothing imports cmd", "train/x.go", `package train; import "leadscore/cmd/leadscore"`, "train must not import cmd"},
		{"wire types stop inside serve", "train/x.go", `package train; import "leadscore/proto/leadscore/v1"`, "train must not import proto"},
		{"cmd imports all", "cmd/leadscore/train.go", `package main; import ("flag"; "os"; "leadscore/train"); func f() { os.Exit(1); flag.Parse(); train.Run() }`, ""},
		{"unknown room", "helpers/x.go", `package x`, "no room of that name"},
		{"vague package", "models/util/x.go", `package util`, "says nothing"},
		{"flags", "train/x.go", `package train; import "flag"; func f() { flag.Parse() }`, "flags belong to cmd"},
		{"flags of a test", "train/x_test.go", `package train; import "flag"; func f() { flag.Bool("update", false, "") }`, ""},
		{"exit", "train/x.go", `package train; import "os"; func f() { os.Exit(1) }`, "os.Exit"},
		{"fatal", "train/x.go", `package train; import "log"; func f() { log.Fatalf("x") }`, "log.Fatalf"},
		{"init", "train/x.go", `package train; func init() {}`, "init function"},
		{"init of generated code", "proto/v1/x.go", "// Code generated by protoc. DO NOT EDIT.\n\npackage v1\nfunc init() {}", ""},
		{"cgo", "train/x.go", `package train; import "C"`, "imports C"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			faults := layoutFaults("leadscore", c.path, []byte(c.source))
			if c.want == "" && len(faults) > 0 || c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.want)) {
				t.Errorf("layoutFaults(%s) = %q, want %q", c.path, faults, c.want)
			}
		})
	}
}

// A decision is named by its number, so each has one of its own, the same in its name and its heading.
func TestDecisionsAreNumberedOnce(t *testing.T) {
	paths, err := filepath.Glob("docs/decisions/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no decision found: %v", err)
	}
	of := map[string]string{}
	for _, path := range paths {
		number, _, _ := strings.Cut(filepath.Base(path), "-")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# "+number+": ") {
			t.Errorf("%s does not begin with \"# %s: \"", path, number)
		}
		if other := of[number]; other != "" {
			t.Errorf("%s has the number of %s", path, other)
		}
		of[number] = path
	}
}
