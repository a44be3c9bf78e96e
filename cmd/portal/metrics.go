package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/partnerdesk/portal/web/submission"
)

// metrics is what Prometheus reads: the saves that want somebody's eye, counted at
// each scrape, what browsers reported, how many lines the log lost, and the figures of
// the Go runtime and the process.
func metrics(saves *submission.Service, reports, lost func() int64, now func() time.Time, log *slog.Logger) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		openSaves{saves, log, now},
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "portal_policy_reports_total",
			Help: "Reports of browsers that a page's Content-Security-Policy stopped something. Anybody can send one: a steady rise asks for a look at the pages, and proves nothing.",
		}, func() float64 { return float64(reports()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "portal_log_lines_lost_total",
			Help: "Lines of the log that were lost, because standard output did not take them.",
		}, func() float64 { return float64(lost()) }),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	return mux
}

// measure serves the metrics on an address of their own until ctx ends, if there is
// to be one. The channel closes when it has stopped.
func measure(ctx context.Context, address string, metrics http.Handler, log *slog.Logger) (<-chan struct{}, error) {
	done := make(chan struct{})
	if address == "" {
		close(done)
		return done, nil
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("serve metrics: %w", err)
	}
	server := &http.Server{
		Handler: metrics, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 75 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(done)
		if err := serveUntil(ctx, server, listener); err != nil {
			log.Error("metrics are not served any more", "error", err)
		}
	}()
	log.Info("metrics started", "address", listener.Addr().String())
	return done, nil
}

// openSaves counts the saves that are not settled. They stand in the database, so
// that every replica tells of all of them: take the maximum over replicas, not the
// sum.
type openSaves struct {
	saves *submission.Service
	log   *slog.Logger
	now   func() time.Time
}

var (
	unsettledSaves = prometheus.NewDesc("portal_saves_unsettled",
		"Saves that want somebody's eye: recorded (being sent, or left by a process that died), in_doubt (the answer was lost), superseded (not closed by a person yet).",
		[]string{"state"}, nil)
	oldestUnsettled = prometheus.NewDesc("portal_saves_unsettled_oldest_seconds",
		"Age of the oldest of them in seconds; 0 when there is none.", nil, nil)
)

// Describe names the figures.
func (c openSaves) Describe(to chan<- *prometheus.Desc) {
	to <- unsettledSaves
	to <- oldestUnsettled
}

// Collect counts them. When the database does not answer, the figures are missing,
// which an alert can tell from zero.
func (c openSaves) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // a scrape hands no context on
	defer cancel()
	count, err := c.saves.Count(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "unsettled saves not counted", "error", err)
		return
	}
	for state, n := range map[submission.State]int{
		submission.Recorded: count.Recorded, submission.InDoubt: count.InDoubt, submission.Superseded: count.Superseded,
	} {
		to <- prometheus.MustNewConstMetric(unsettledSaves, prometheus.GaugeValue, float64(n), string(state))
	}
	oldest := 0.0
	if !count.Oldest.IsZero() {
		oldest = c.now().Sub(count.Oldest).Seconds()
	}
	to <- prometheus.MustNewConstMetric(oldestUnsettled, prometheus.GaugeValue, oldest)
}
