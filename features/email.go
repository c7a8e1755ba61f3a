package features

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of an e-mail address.
const (
	CompanyEmail    = "company"    // neither of the next two
	FreeEmail       = "free"       // a provider that anyone may use: gmail.com
	DisposableEmail = "disposable" // a throw-away address
	InvalidEmail    = "invalid"    // no address at all
)

// Sorted by bytes, one domain a line; domains/update.py says from where.
var (
	//go:embed domains/disposable.txt
	disposableDomains string
	//go:embed domains/free.txt
	freeDomains string
)

// EmailKind says what kind of address a text is: "company", "free", "disposable" or "invalid". A subdomain of a
// disposable domain is disposable; a free domain counts only as it is. An address is one local part of 1 to 64 bytes, one @
// and a domain of two or more labels; a display name ("Ann <ann@x.org>") makes it invalid. Cost: a few binary searches.
func EmailKind(address string) string {
	domain, ok := emailDomain(address)
	if !ok {
		return InvalidEmail
	}
	return domainKind(domain)
}

// emailDomain is what follows the @ of an address whose local part is sound.
func emailDomain(address string) (domain string, ok bool) {
	address = strings.TrimSpace(address)
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at > 64 || !localPart(address[:at]) {
		return "", false
	}
	return address[at+1:], true
}

func domainKind(domain string) string {
	domain = strings.ToLower(domain)
	if !domainName(domain) {
		return InvalidEmail
	}
	for d := domain; strings.Contains(d, "."); d = d[strings.IndexByte(d, '.')+1:] {
		if listed(disposableDomains, d) {
			return DisposableEmail
		}
	}
	if listed(freeDomains, domain) {
		return FreeEmail
	}
	return CompanyEmail
}

// rememberedDomains bounds what [lookEmail] keeps: a file's addresses share far fewer domains.
const rememberedDomains = 100_000

// lookEmail is [EmailKind] for many addresses: it looks at a domain once.
func lookEmail() func(string) (string, *FieldError) {
	kinds := map[string]string{}
	return func(address string) (string, *FieldError) {
		domain, ok := emailDomain(address)
		if !ok {
			return InvalidEmail, nil
		}
		kind, ok := kinds[domain]
		if !ok {
			kind = domainKind(domain)
			if len(kinds) < rememberedDomains {
				kinds[strings.Clone(domain)] = kind
			}
		}
		return kind, nil
	}
}

func localPart(s string) bool {
	for i, r := range s {
		switch {
		case r <= ' ' || r == 0x7f:
			return false
		case r < utf8.RuneSelf:
			if strings.IndexByte(`@<>()[],;:"\`, byte(r)) >= 0 || r == '.' && i+1 < len(s) && s[i+1] == '.' {
				return false
			}
		case r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r):
			return false
		}
	}
	return s[0] != '.' && s[len(s)-1] != '.'
}

// domainName accepts labels of letters (of any script), digits and inner hyphens, the last one not all digits.
func domainName(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for more := true; more; {
		var label string
		label, s, more = strings.Cut(s, ".")
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		digits := true
		for _, r := range label {
			digit := '0' <= r && r <= '9'
			if !digit && r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) {
				return false
			}
			digits = digits && digit
		}
		if !more && digits {
			return false
		}
	}
	return true
}

// listed searches a sorted list of lines without building anything: no start-up cost, no allocation.
func listed(list, line string) bool {
	low, high := 0, len(list)
	for low < high {
		middle := (low + high) / 2
		start := low + strings.LastIndexByte(list[low:middle], '\n') + 1
		end := start + strings.IndexByte(list[start:], '\n')
		switch found := list[start:end]; {
		case found == line:
			return true
		case found < line:
			low = end + 1
		default:
			high = start
		}
	}
	return false
}
