package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/godwit-health/godwit/engine/epi"
)

// epiSeries is how many series each figure is for (design, section 10).
const epiSeries = 1000

// epiTask is one figure: the bar in seconds of one core, and what R took for the same on
// one thread, in milliseconds a series (recorded with surveillance 1.20.3 and EpiEstim
// 2.2-4 on another machine; reference/epi-mobility.md, section 7).
type epiTask struct {
	name string
	bar  float64
	r    float64
	run  func(i int) error
}

// benchEpi times the epidemiological methods on synthetic series, as processor time of
// one core, garbage collection included, so that a busy machine does not change it.
func benchEpi(w io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	weekly, daily := epiWeekly(), epiDaily()
	ears := func(i int) error {
		for _, m := range []epi.EARSMethod{epi.C1, epi.C2, epi.C3} {
			if _, err := (epi.EARS{Method: m}).Detect(weekly[i], epi.Range{}); err != nil {
				return err
			}
		}
		return nil
	}
	last := epi.Periods(415, 415)
	year := epi.Periods(364, 415)
	tasks := []epiTask{
		{"EARS C1, C2 and C3, 416 weeks", 0.1, 15.9 + 15.7 + 21.7, ears},
		{"Farrington, last week, b=5", 0, 10.6, func(i int) error { _, err := epi.DefaultFarrington().Detect(weekly[i], last); return err }},
		{"Farrington flexible, last week, b=5", 2, 16.8, func(i int) error { _, err := epi.Noufaily().Detect(weekly[i], last); return err }},
		{"Farrington flexible, last 52 weeks", 0, 743, func(i int) error { _, err := epi.Noufaily().Detect(weekly[i], year); return err }},
		{"Rt, 100 days, 93 windows, 7 quantiles", 4, 50, func(i int) error {
			_, err := epi.Reproduction{MeanSI: 8.4, SDSI: 3.8}.Estimate(daily[i])
			return err
		}},
	}
	fmt.Fprintf(w, "seconds of one core for %d series; R on one thread of another machine, recorded\n", epiSeries)
	fmt.Fprintf(w, "%-40s %9s %6s %8s %10s %8s\n", "", "seconds", "bar", "of bar", "R seconds", "R / this")
	for _, task := range tasks {
		took, err := epiTime(task.run)
		if err != nil {
			return err
		}
		bar, of := "-", "-"
		if task.bar > 0 {
			bar, of = fmt.Sprintf("%.1f", task.bar), fmt.Sprintf("%.0f %%", 100*took/task.bar)
		}
		fmt.Fprintf(w, "%-40s %9.3f %6s %8s %10.1f %8.0f\n", task.name, took, bar, of, task.r*epiSeries/1000, task.r*epiSeries/1000/took)
	}
	return nil
}

// epiTime is the time of all series: the median of five rounds, after some of them to
// warm up. What takes long is measured once.
func epiTime(run func(i int) error) (float64, error) {
	for i := range 20 {
		if err := run(i); err != nil {
			return 0, err
		}
	}
	var rounds []float64
	for range 5 {
		start := processTime()
		for i := range epiSeries {
			if err := run(i); err != nil {
				return 0, err
			}
		}
		took := processTime() - start
		if took > 3*time.Second {
			return took.Seconds(), nil
		}
		rounds = append(rounds, took.Seconds())
	}
	return medianRate(rounds), nil
}

// epiWeekly are eight years of weekly counts with a season, a trend, more variation than
// Poisson's and an outbreak, of levels from 0.3 to 100 a week.
func epiWeekly() []epi.Series {
	rng := rand.New(rand.NewPCG(1, 416))
	out := make([]epi.Series, epiSeries)
	for i := range out {
		level := math.Log(0.3) + rng.Float64()*math.Log(100/0.3)
		counts := make([]float64, 416)
		for t := range counts {
			mean := math.Exp(level + 0.5*math.Sin(2*math.Pi*float64(t)/52) + 0.001*float64(t) + 0.4*rng.NormFloat64())
			if t > 300 && t < 308 {
				mean *= 4
			}
			counts[t] = poissonDraw(rng, mean)
		}
		out[i] = epi.Series{Counts: counts}
	}
	return out
}

// epiDaily are a hundred days of an epidemic that grows and declines.
func epiDaily() []epi.Incidence {
	rng := rand.New(rand.NewPCG(1, 100))
	out := make([]epi.Incidence, epiSeries)
	for i := range out {
		size := 5 + 200*rng.Float64()
		total := make([]float64, 100)
		for t := range total {
			total[t] = poissonDraw(rng, size*math.Exp(-math.Pow(float64(t-50)/22, 2)))
		}
		total[0]++
		out[i] = epi.Incidence{Total: total}
	}
	return out
}

// poissonDraw counts exponential waits; large means are drawn in parts.
func poissonDraw(rng *rand.Rand, mean float64) float64 {
	n := 0.0
	for ; mean > 0; mean -= 30 {
		limit, product := math.Exp(-math.Min(mean, 30)), rng.Float64()
		for product > limit {
			n++
			product *= rng.Float64()
		}
	}
	return n
}
