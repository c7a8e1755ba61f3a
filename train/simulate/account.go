package simulate

import (
	"math"
	"strconv"
	"strings"
)

// account is a company with one lead or several. Its values are complete; what a lead records of them may be missing.
type account struct {
	number    int64
	name      string
	domain    string // under .example, which RFC 2606 keeps free
	industry  uint8
	country   uint8
	techStack uint8
	employees int
	revenue   int64 // euros a year
	founded   int32 // days since 1970
}

// shareOutAccounts makes the accounts of a block and gives every lead of it one. Most accounts have one lead, few have many.
func (g *generator) shareOutAccounts(block int64) {
	r := g.random
	r.reset(g.seed, g.purpose(forBlock), block)
	g.slots = g.slots[:0]
	var sizes [blockLeads]int
	accounts := 0
	for len(g.slots) < blockLeads {
		size := min(accountSize(r), blockLeads-len(g.slots))
		sizes[accounts] = size
		for range size {
			g.slots = append(g.slots, uint16(accounts))
		}
		accounts++
	}
	r.Shuffle(blockLeads, func(i, j int) { g.slots[i], g.slots[j] = g.slots[j], g.slots[i] })
	g.accounts = g.accounts[:0]
	for i := range accounts {
		g.accounts = append(g.accounts, g.account(block*blockLeads+int64(i)+1, sizes[i]))
	}
}

// accountSize draws how many leads a company sends: one in 72 % of cases, at most 40.
func accountSize(r *stream) int {
	switch x := r.Float64(); {
	case x < .72:
		return 1
	case x < .86:
		return 2
	case x < .94:
		return 3 + r.IntN(2)
	case x < .985:
		return 5 + r.IntN(6)
	}
	return 11 + r.IntN(30)
}

// account makes one company. Those that send more leads tend to be larger.
func (g *generator) account(number int64, leads int) account {
	r := g.random
	r.reset(g.seed, g.purpose(forAccount), number)
	a := account{number: number}
	a.industry = r.choose(&g.truth.industry, 0)
	a.country = r.choose(&g.truth.country, 0)
	a.techStack = r.choose(&g.truth.techStack, 0)
	employees := r.logNormal(90*math.Pow(float64(leads), .5), 1.6)
	a.employees = int(min(max(math.Round(employees), 1), 400_000))
	a.revenue = max(10_000, int64(float64(a.employees)*r.logNormal(150_000, .6))/1000*1000)
	years := min(max(r.logNormal(13, 1), .1), 220) // before Start, so older than any lead
	a.founded = int32(float64(g.start)/day - 365.25*years)
	a.name, a.domain = companyName(r, number, g.truth.country.levels[a.country].name)
	return a
}

// companyName makes up a name and an address that no company has.
func companyName(r *stream, number int64, country string) (name, domain string) {
	heads, tails, trades := nameHeads(), nameTails(), nameTrades()
	core := heads[r.IntN(len(heads))] + tails[r.IntN(len(tails))]
	name = core + " " + trades[r.IntN(len(trades))] + legalForm(country)
	return name, strings.ToLower(core) + "-" + strconv.FormatInt(number, 36) + ".example"
}

// legalForm follows the name, with what comes between.
func legalForm(country string) string {
	switch country {
	case "DE", "AT":
		return " GmbH"
	case "CH", "LU":
		return " AG"
	case "US", "CA":
		return ", Inc." // the comma makes a reader of CSV show that it knows quotes
	case "GB", "IE", "IN":
		return " Ltd"
	case "FR", "BE":
		return " SA"
	case "NL":
		return " B.V."
	case "SE", "FI":
		return " AB"
	}
	return ""
}

func nameHeads() [16]string {
	return [...]string{"Nor", "Vel", "Tar", "Quin", "Bel", "Ost", "Mar", "Fen", "Zan", "Kor", "Lum", "Hal", "Ryn", "Sol", "Dra", "Ix"}
}

func nameTails() [16]string {
	return [...]string{"valis", "dento", "mira", "ovia", "tekka", "landra", "posta", "quell", "berin", "fonta", "garda", "nexa", "rumo", "stadt", "vanta", "zelle"}
}

func nameTrades() [12]string {
	return [...]string{"Systems", "Lösungen", "Industrie", "Group", "Partners", "Logistik", "Technik", "Énergie", "Media", "Services", "Bau", "Works"}
}

// personNames is the length of each list of names.
const personNames = 16

func firstNames() [personNames]string {
	return [...]string{"ada", "ben", "cleo", "dario", "edda", "finn", "greta", "hugo", "ines", "jonas", "kira", "levi", "mona", "nils", "olga", "pavel"}
}

func lastNames() [personNames]string {
	return [...]string{"abend", "birkholt", "castane", "dornfeld", "elmquist", "farrow", "grunwalt", "hollis", "ivers", "jarne", "kestrel", "lindqvist", "morava", "nordal", "ostrand", "pellin"}
}

func freeMailDomains() [8]string {
	return [...]string{"gmail.com", "gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "gmx.de", "web.de", "icloud.com"}
}

func disposableDomains() [4]string {
	return [...]string{"mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com"}
}

// domain picks the host of the lead's e-mail address.
func (g *generator) domain(l *lead) string {
	switch l.emailKind {
	case freeMail:
		hosts := freeMailDomains()
		return hosts[g.random.IntN(len(hosts))]
	case disposableMail:
		hosts := disposableDomains()
		return hosts[g.random.IntN(len(hosts))]
	}
	return l.account.domain
}
