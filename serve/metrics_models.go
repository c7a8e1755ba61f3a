package serve

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("leadscore_"+name, help, labels, nil)
}

// What is read of models and versions each time that Prometheus asks.
var (
	descProbability = description("probability", "Probabilities answered, by version; the sum is the wins that the model expects.", "model", "version")
	descQuadrant    = description("quadrant_total", "Leads scored by which of the two scores is high; rule_only and model_only are where they disagree.", "model", "version", "quadrant")
	descTerm        = description("term_values_total", "Leads whose value of a term is missing, unseen or outside of training's range.", "model", "version", "term", "status")
	descModel       = description("model_info", "1 for each version that answers under an alias.", "model", "alias", "version", "rules_version", "checksum")
	descNewest      = description("model_newest_data_timestamp_seconds", "Newest instant at which training looked at a lead.", "model", "alias")
	descLoaded      = description("model_loaded_timestamp_seconds", "When the version that answers was loaded.", "model", "alias")
	descReloads     = description("model_reloads_total", "Reloads that took up a version, or kept an older one because of a fault.", "model", "result")
	descFault       = description("model_fault", "1 while an older version answers than the store's aliases name.", "model")
	descCanary      = description("canary_share", "Share of leads that the challenger answers under the bare name, 0 to 1.", "model")
	descShadow      = description("shadow_leads_total", "Leads that the challenger scored unseen, by what became of them: all, failed, fell out of the best share, rose into it, requalified by the rules.",
		"model", "champion", "challenger", "result")
	descShadowMean = description("shadow_probability_change", "Mean of the challenger's probability less the champion's, and of its absolute value.", "model", "champion", "challenger", "of")
	descShadowRank = description("shadow_rank_changes_total", "Leads whose rank differs by this many percentiles or more, and less than the next class.", "model", "champion", "challenger", "from")
)

// modelCollector implements [prometheus.Collector].
type modelCollector struct{ server *Server }

// Describe sends nothing: which series there are depends on what is served.
func (modelCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (c modelCollector) Collect(into chan<- prometheus.Metric) {
	for _, model := range c.server.Models() {
		collectModel(into, &model)
	}
	for _, version := range c.server.catalog.loaded() {
		version.tally.collect(into, version.version.Model, version.version.ID)
	}
}

func collectModel(into chan<- prometheus.Metric, m *ModelState) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for alias, version := range map[string]*VersionState{"champion": m.Champion, "challenger": m.Challenger} {
		if version == nil {
			continue
		}
		gauge(descModel, 1, m.Model, alias, version.ID, version.RulesVersion, version.Checksum)
		gauge(descLoaded, float64(version.Loaded.UnixMilli())/1000, m.Model, alias)
		if !version.NewestTrainingData.IsZero() {
			gauge(descNewest, float64(version.NewestTrainingData.Unix()), m.Model, alias)
		}
	}
	counter(into, descReloads, m.Reloads, m.Model, "taken_up")
	counter(into, descReloads, m.Failed, m.Model, "kept")
	fault := 0.0
	if m.Fault != "" {
		fault = 1
	}
	gauge(descFault, fault, m.Model)
	gauge(descCanary, m.Canary, m.Model)
	s := m.Shadow
	if s == nil {
		return
	}
	for result, count := range map[string]int64{"all": s.Leads, "failed": s.Failed, "fell": s.Fell, "rose": s.Rose, "requalified": s.Requalified} {
		counter(into, descShadow, count, m.Model, s.Champion, s.Challenger, result)
	}
	gauge(descShadowMean, s.MeanChange, m.Model, s.Champion, s.Challenger, "change")
	gauge(descShadowMean, s.MeanAbsoluteChange, m.Model, s.Champion, s.Challenger, "absolute_change")
	for _, class := range s.RankChanges {
		counter(into, descShadowRank, class.Leads, m.Model, s.Champion, s.Challenger, strconv.FormatFloat(class.From, 'g', -1, 64))
	}
}

func counter(into chan<- prometheus.Metric, desc *prometheus.Desc, count int64, labels ...string) {
	into <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(count), labels...)
}

func (t *tally) collect(into chan<- prometheus.Metric, model, version string) {
	buckets, total := map[float64]uint64{}, uint64(0)
	for i, step := range probabilitySteps {
		total += uint64(t.bins[i].Load())
		buckets[step] = total
	}
	total += uint64(t.bins[len(probabilitySteps)].Load())
	into <- prometheus.MustNewConstHistogram(descProbability, total, t.sum.load(), buckets, model, version)
	for i, quadrant := range quadrantNames {
		counter(into, descQuadrant, t.quadrants[i].Load(), model, version, string(quadrant))
	}
	for s, status := range countedStatuses {
		for i, term := range t.terms {
			counter(into, descTerm, t.statuses[s][i].Load(), model, version, term, status.String())
		}
	}
}

// loaded lists every version that can answer, once.
func (c *catalog) loaded() []*ready {
	var list []*ready
	seen := map[*ready]bool{}
	add := func(r *route) {
		if !seen[r.ready] {
			seen[r.ready] = true
			list = append(list, r.ready)
		}
	}
	for _, r := range c.table.Load().routes {
		add(r)
	}
	c.asked.mu.RLock()
	defer c.asked.mu.RUnlock()
	for _, r := range c.asked.routes {
		add(r)
	}
	return list
}
