package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The `$ leadscore …` and `$ curl …` blocks of the README and of the documents that go on from its demo are run in order, in one folder, and must print what
// the documents say. A line of … stands for any lines; versions may differ.
func TestReadme(t *testing.T) {
	dir := t.TempDir()
	addresses := strings.NewReplacer()
	for _, document := range []string{"README.md", "docs/explain.md", "docs/comparison.md", "docs/process.md"} {
		text, err := os.ReadFile("../../" + document)
		if err != nil {
			t.Fatal(err)
		}
		steps := readmeSteps(string(text))
		if len(steps) == 0 {
			t.Fatalf("%s has no block that begins with $ leadscore", document)
		}
		for _, step := range steps {
			if background, ok := strings.CutSuffix(step.command, " &"); ok {
				addresses = readmeServer(t, dir, background)
				continue
			}
			step.command = addresses.Replace(step.command)
			runStep(t, document, dir, step)
		}
	}
}

func runStep(t *testing.T, document, dir string, step readmeStep) {
	t.Helper()
	command := exec.Command("sh", "-c", step.command)
	command.Dir = dir // leadscore is in the PATH, see TestMain
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s: $ %s\n%v\n%s", document, step.command, err, stderr.String())
	}
	if !fits(lines(stdout.String()), step.output) {
		t.Errorf("$ %s\nprints\n%s\n%s has\n%s", step.command, stdout.String(), document, strings.Join(step.output, "\n"))
	}
}

// readmeServer starts a document's server, at ports that are free, and says how to find it in the later commands.
func readmeServer(t *testing.T, dir, text string) *strings.Replacer {
	t.Helper()
	command := exec.Command("sh", "-c", "exec "+regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "127.0.0.1:0"))
	command.Dir = dir
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("$ %s\nended: %s", text, line)
		}
		if at := listening.FindStringSubmatch(line); at != nil {
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return strings.NewReplacer("127.0.0.1:50051", at[1], "127.0.0.1:8080", at[2])
		}
	}
}

type readmeStep struct {
	command string
	output  []string
}

// readmeSteps finds the commands of the fenced blocks and the output below each.
func readmeSteps(text string) (steps []readmeStep) {
	inBlock, ours := false, false
	for _, line := range strings.Split(text, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock, ours = !inBlock, false
		case inBlock && isCommand:
			if ours = strings.HasPrefix(command, "leadscore ") || strings.HasPrefix(command, "curl "); ours {
				steps = append(steps, readmeStep{command: command})
			}
		case inBlock && ours:
			last := &steps[len(steps)-1]
			last.output = append(last.output, line)
		}
	}
	return steps
}

var versions = regexp.MustCompile(`(\d{4}-\d\d-\d\d|undated)-[0-9a-f]{12}|starter-[0-9a-f]{8}`)

func lines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// fits tells whether the lines are those wanted, where … stands for any.
func fits(got, want []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == "…" {
		for i := 0; i <= len(got); i++ {
			if fits(got[i:], want[1:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && sameLine(got[0], want[0]) && fits(got[1:], want[1:])
}

func sameLine(a, b string) bool {
	plain := func(s string) string { return strings.TrimRight(versions.ReplaceAllString(s, "VERSION"), " ") }
	return plain(a) == plain(b)
}

func TestFits(t *testing.T) {
	for _, test := range []struct {
		name      string
		got, want string
		fits      bool
	}{
		{"same", "a\nb", "a\nb", true},
		{"another line", "a\nb", "a\nc", false},
		{"more lines", "a\nb", "a", false},
		{"fewer lines", "a", "a\nb", false},
		{"left out", "a\nb\nc\nd", "a\n…\nd", true},
		{"left out, the last differs", "a\nb\nc\nd", "a\n…\nc", false},
		{"nothing left out", "a\nd", "a\n…\nd", true},
		{"versions", "Stored deals/2026-06-09-60ecf4e9d644", "Stored deals/2026-06-10-000000000000", true},
		{"figures", "AUC 0.70", "AUC 0.71", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fits(lines(test.got), lines(test.want)); got != test.fits {
				t.Errorf("fits = %v, want %v", got, test.fits)
			}
		})
	}
}
