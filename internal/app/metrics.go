package app

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// healthWithin is how long the database may take to answer a balancer that asks: a
// change waits longer than that for a standby to take over.
const healthWithin = 2 * time.Second

// healthz answers 200 while the database answers, and otherwise how the folder
// stands: nobody is served before somebody has logged in.
func (h *Host) healthz(w http.ResponseWriter, r *http.Request) {
	n := h.node.Load()
	if n == nil {
		http.Error(w, string(h.State()), http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), healthWithin)
	defer cancel()
	err := n.DB.Read(ctx, func(tx *db.Tx) error {
		var one int
		return tx.Row("SELECT 1").Scan(&one)
	})
	if err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// metrics counts what happens, never to whom: no label holds anything about a
// person, a user or a place.
func (h *Host) metrics(w http.ResponseWriter, r *http.Request) {
	reg := prometheus.NewRegistry()
	n := h.node.Load()
	reg.MustRegister(collectors.NewGoCollector(),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "godwit_open", Help: "1 while the records are open, 0 while they are locked."}, func() float64 {
			if n == nil {
				return 0
			}
			return 1
		}))
	if n != nil {
		reg.MustRegister(gateCollector{n}, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "godwit_database_bytes", Help: "Size of the database."}, func() float64 {
			info, err := n.DB.Info(contextForMetrics())
			if err != nil {
				return -1
			}
			return float64(info.Bytes)
		}))
	}
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// gateCollector exposes what the gate counts: log-ins, refusals, reads.
type gateCollector struct{ n *Node }

var gateDesc = prometheus.NewDesc("godwit_gate_total", "What the gate decided since the start.", []string{"what"}, nil)

// Describe implements prometheus.Collector.
func (gateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- gateDesc }

// Collect implements prometheus.Collector.
func (g gateCollector) Collect(ch chan<- prometheus.Metric) {
	for what, count := range g.n.Access.Counts() {
		ch <- prometheus.MustNewConstMetric(gateDesc, prometheus.CounterValue, float64(count), what)
	}
}
