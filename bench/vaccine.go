package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/vaccine"
)

// What the design asks of the vaccine engine (section 10).
const (
	vaccinePatients = 2000 // a second of one core, all antigens
	vaccineLoad     = 0.25 // seconds
)

// benchVaccine times loading the published supporting data and forecasting made-up
// children and adults by all of its antigens, as processor time of one core, garbage
// collection included, so that a busy machine does not change it.
func benchVaccine(w io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	dir := os.Getenv("GODWIT_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "shared", "testdata")
	}
	fsys := os.DirFS(filepath.Join(dir, "cdsi", "xml"))
	var s *vaccine.Schedule
	took, err := vaccineTime(5, func(int) error {
		d, err := vaccine.ReadCDSi(fsys)
		if err != nil {
			return err
		}
		s, err = vaccine.Compile(d)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w (GODWIT_TESTDATA names the folder of the test data)", err)
	}
	fmt.Fprintf(w, "seconds of one core\n%-44s %8s %8s %8s\n", "", "seconds", "bar", "of bar")
	fmt.Fprintf(w, "%-44s %8.3f %8.2f %7.0f%%\n", "30 antigens read and compiled", took/5, vaccineLoad, 100*took/5/vaccineLoad)
	on := calendar.DayOf(2025, 11, 10)
	patients := vaccineHistories(s, on)
	took, err = vaccineTime(len(patients), func(i int) error { _, err := s.Evaluate(&patients[i], on); return err })
	if err != nil {
		return err
	}
	rate := float64(len(patients)) / took
	fmt.Fprintf(w, "\n%.0f patients a second, all antigens: %.1f times the bar of %d\n", rate, rate/vaccinePatients, vaccinePatients)
	return nil
}

// vaccineTime is the processor time of n runs, after two that do not count.
func vaccineTime(n int, run func(i int) error) (float64, error) {
	var start time.Duration
	for i := -2; i < n; i++ {
		if i == 0 {
			runtime.GC()
			start = processTime()
		}
		if err := run(max(i, 0)); err != nil {
			return 0, err
		}
	}
	return (processTime() - start).Seconds(), nil
}

// vaccineHistories are patients of all ages with up to 25 doses of any product, half of
// them with observations, which is more to do than a clinic's mornings have.
func vaccineHistories(s *vaccine.Schedule, on calendar.Day) []vaccine.Patient {
	r := rand.New(rand.NewPCG(1, 2))
	var products []string
	for code := range 330 {
		if p, ok := s.Product(fmt.Sprint(code)); ok {
			products = append(products, p.Code)
		}
	}
	out := make([]vaccine.Patient, 4*vaccinePatients)
	for i := range out {
		days := r.IntN(70 * 365)
		if i%2 == 0 {
			days = r.IntN(6 * 365)
		}
		out[i] = vaccine.Patient{Birth: on - calendar.Day(days), Gender: vaccine.Gender(r.IntN(3))}
		for range r.IntN(26) {
			out[i].Doses = append(out[i].Doses, vaccine.Dose{Date: (on - calendar.Day(r.IntN(days+1))).Date(), Product: products[r.IntN(len(products))]})
		}
		for range r.IntN(2) * 3 {
			out[i].History = append(out[i].History, vaccine.Observed{Code: fmt.Sprintf("%03d", 1+r.IntN(270)), Date: (on - 100).Date()})
		}
	}
	return out
}
