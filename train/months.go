package train

import (
	"fmt"
	"sort"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
)

// countMonth adds a lead to the month of its snapshot, or else of its creation; leads without either stand in a month without
// a name.
func (p *Population) countMonth(h *features.History, i int, reason string) {
	at := h.AsOf[i]
	if at == features.NoTime {
		at = h.Table.Created.At(i)
	}
	month := noMonth
	if at != features.NoTime {
		year, of, _ := time.UnixMicro(int64(at)).UTC().Date()
		month = calendarMonth{year, of}
	}
	m := p.byMonth[month]
	if m == nil {
		m = &models.Month{Month: month.String()}
		p.byMonth[month] = m
	}
	switch reason {
	case "":
		m.Used++
		m.Won += int64(p.Wins[i])
	case closed.Open:
		m.Open++
	case closed.Immature, closed.Early:
		m.Immature++
	default:
		m.LeftOut++
	}
}

// calendarMonth is a month of a year, in UTC.
type calendarMonth struct {
	year int
	of   time.Month
}

// noMonth is that of leads without a time.
var noMonth calendarMonth

func (m calendarMonth) String() string {
	if m == noMonth {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.year, int(m.of))
}

// Months are the leads by month, oldest first; nil where no lead has a time.
func (p *Population) Months() []models.Month {
	var months []models.Month
	for _, m := range p.byMonth {
		months = append(months, *m)
	}
	if len(months) == 1 && months[0].Month == "" {
		return nil
	}
	sort.Slice(months, func(i, j int) bool { return months[i].Month < months[j].Month })
	return months
}
