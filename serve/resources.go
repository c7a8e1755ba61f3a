package serve

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"leadscore/models"
)

// Resource names: models/{model} and models/{model}/versions/{version} (AIP-122).

func modelResource(model string) string { return "models/" + model }

func versionResource(model, id string) string {
	if id == "" {
		return ""
	}
	return "models/" + model + "/versions/" + id
}

func modelOf(name string) (model string, ok bool) {
	model, ok = strings.CutPrefix(name, "models/")
	if !ok {
		return "", false
	}
	parsed, ref, err := models.ParseName(model)
	return parsed, err == nil && ref == "" && !strings.ContainsAny(model, "@/")
}

// versionOf splits a version's name; ref is an id, or an alias in its place.
func versionOf(name string) (model, ref string, ok bool) {
	parent, ref, found := strings.Cut(name, "/versions/")
	model, ok = modelOf(parent)
	if !found || !ok {
		return "", "", false
	}
	if ref == models.Champion || ref == models.Challenger {
		return model, ref, true
	}
	_, ref, err := models.ParseName(model + "/" + ref)
	return model, ref, err == nil
}

// shortOf is the name by which scores are asked for, of a resource name; ok is false for what is none.
func shortOf(name string) (short string, ok bool) {
	if model, ok := modelOf(name); ok {
		return model, true
	}
	switch model, ref, ok := versionOf(name); {
	case !ok:
		return "", false
	case ref == models.Champion || ref == models.Challenger:
		return aliasKey(model, ref), true
	default:
		return idKey(model, ref), true
	}
}

// shortened is a text of the caller's as an error shows it.
func shortened(text string) string {
	if len(text) <= longestShownName {
		return text
	}
	return strings.ToValidUTF8(text[:longestShownName], "") + "…"
}

// mostReason is how long the reason for a move may be.
const mostReason = 1000

func checkReason(faults *invalid, reason string) {
	if len(reason) > mostReason {
		faults.addf("reason", "%d bytes long; want at most %d", len(reason), mostReason)
	}
}

// Sizes of pages (AIP-158).
const (
	defaultPage = 50
	mostPage    = 1000
)

// page cuts the part of a sorted list that a request asks for. The token is the last name of the page before, and good for this list
// alone: what comes and goes between two pages neither repeats nor hides the others.
func page(faults *invalid, list string, size int32, token string, n int, name func(int) string) (from, to int, next string) {
	if size < 0 {
		faults.addf("page_size", "%d: want 0 or more", size)
	}
	if size <= 0 {
		size = defaultPage
	}
	if token != "" {
		after, ok := readToken(list, token)
		if !ok {
			faults.add("page_token", "not a token of this list; send next_page_token of the page before")
			return 0, 0, ""
		}
		descending := n > 1 && name(0) > name(n-1)
		for from < n && (name(from) == after || (name(from) < after) != descending) {
			from++
		}
	}
	to = min(from+int(min(size, mostPage)), n)
	if to < n {
		next = makeToken(list, name(to-1))
	}
	return from, to, next
}

func makeToken(list, last string) string {
	sum := sha256.Sum256([]byte(list))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], last...))
}

func readToken(list, token string) (last string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	sum := sha256.Sum256([]byte(list))
	if err != nil || len(raw) < 7 || string(raw[:6]) != string(sum[:6]) {
		return "", false
	}
	return string(raw[6:]), true
}

// readMask checks a read mask (AIP-157); nil wants everything.
func readMask(faults *invalid, mask *fieldmaskpb.FieldMask, of proto.Message) *fieldmaskpb.FieldMask {
	if len(mask.GetPaths()) == 0 || slices.Equal(mask.GetPaths(), []string{"*"}) {
		return nil
	}
	if !mask.IsValid(of) {
		faults.addf("read_mask", "%s: not all of them are members of %s", shortened(strings.Join(mask.GetPaths(), ",")), of.ProtoReflect().Descriptor().Name())
	}
	return mask
}

func isWithin(mask, of *fieldmaskpb.FieldMask) bool {
	return mask != nil && !slices.ContainsFunc(mask.GetPaths(), func(path string) bool { return !slices.Contains(of.GetPaths(), path) })
}

// masked clears what the mask does not name.
func masked[M proto.Message](message M, mask *fieldmaskpb.FieldMask) M {
	if mask != nil && message.ProtoReflect().IsValid() {
		prune(message.ProtoReflect(), mask.GetPaths())
	}
	return message
}

func prune(message protoreflect.Message, paths []string) {
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		var inner []string
		whole := false
		for _, path := range paths {
			head, rest, nested := strings.Cut(path, ".")
			if head == string(field.Name()) {
				whole = whole || !nested
				inner = append(inner, rest)
			}
		}
		switch {
		case whole:
		case len(inner) == 0:
			message.Clear(field)
		case field.Message() != nil && !field.IsList() && !field.IsMap():
			prune(value.Message(), inner)
		}
		return true
	})
}
