package dhis2

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Client implements report.Sender.
type Client struct {
	HTTP  *http.Client  // nil: one of its own
	Tries int           // of a request that is not answered; 0 is 3
	Wait  time.Duration // before the second try, doubled after each; 0 is 2 s
}

const (
	answerLimit = 4 << 20
	mostPolls   = 20
	mostTold    = 200 // conflicts that are kept
)

func (c Client) http() *http.Client {
	h := &http.Client{Timeout: 60 * time.Second}
	if c.HTTP != nil {
		*h = *c.HTTP
	}
	// A redirection would take the password, or the values, to somebody else.
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h
}

// dataValue and dataValueSet are a request.
type dataValue struct {
	DataElement         string `json:"dataElement"`
	CategoryOptionCombo string `json:"categoryOptionCombo,omitempty"`
	Value               string `json:"value"`
	Deleted             bool   `json:"deleted,omitempty"`
}

type dataValueSet struct {
	DataSet      string      `json:"dataSet"`
	Period       string      `json:"period"`
	OrgUnit      string      `json:"orgUnit"`
	CompleteDate string      `json:"completeDate,omitempty"`
	DataValues   []dataValue `json:"dataValues"`
}

func setOf(s report.Set, rows []report.Row, deleted bool) dataValueSet {
	out := dataValueSet{DataSet: s.DataSet, Period: s.Period, OrgUnit: s.OrgUnit, DataValues: []dataValue{}}
	if !deleted {
		out.CompleteDate = s.Complete
	}
	for _, r := range rows {
		out.DataValues = append(out.DataValues, dataValue{r.Element, r.Combo, r.Value, deleted})
	}
	return out
}

// Send implements report.Sender: what is there first, then what is there no more. A log-in
// that is refused, and an address that is none of a DHIS2, are errors; everything that a
// DHIS2 says of the values is an outcome.
func (c Client) Send(ctx context.Context, to report.Target, set report.Set, dry bool) (out report.Outcome, err error) {
	const op = "dhis2.Send"
	if !report.SafeURL(to.URL) {
		return out, fault.New(fault.Invalid, op, "report.error.url")
	}
	out.State = report.PushSent
	if len(set.Rows) > 0 {
		if out, err = c.push(ctx, to, set, set.Rows, false, dry); err != nil {
			return out, fault.Wrap(op, err)
		}
	}
	if len(set.Delete) == 0 || out.State == report.PushUnknown {
		return out, nil
	}
	del, err := c.push(ctx, to, set, set.Delete, true, dry)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	out.Deleted = del.Deleted
	for _, x := range del.Conflicts {
		x.Row = -1 // it is of no value that is sent now
		out.Conflicts = append(out.Conflicts, x)
	}
	if del.State != report.PushSent && (out.State == report.PushSent || del.State == report.PushUnknown) {
		out.State = report.PushPartial
	}
	return out, nil
}

// push sends one request and finds out what became of it.
func (c Client) push(ctx context.Context, to report.Target, set report.Set, rows []report.Row, deleted, dry bool) (report.Outcome, error) {
	body, err := json.Marshal(setOf(set, rows, deleted))
	if err != nil {
		return report.Outcome{}, fault.Wrap("dhis2.push", err)
	}
	strategy := "CREATE_AND_UPDATE"
	if deleted {
		strategy = "DELETE"
	}
	path := "/api/dataValueSets?importStrategy=" + strategy + "&dryRun=" + strconv.FormatBool(dry)
	status, raw, err := c.ask(ctx, to, http.MethodPost, path, body)
	if err != nil {
		return report.Outcome{}, err
	}
	sum, err := c.settle(ctx, to, status, raw)
	if err != nil {
		return report.Outcome{}, err
	}
	if sum == nil || sum.silent(len(rows)) {
		return c.readBack(ctx, to, set, rows, deleted, dry)
	}
	return sum.outcome(len(rows), deleted), nil
}

// settle reads an answer, and waits for a job where it names one. It is nil where there is
// no answer that can be read.
func (c Client) settle(ctx context.Context, to report.Target, status int, raw []byte) (*summary, error) {
	const op = "dhis2.settle"
	switch {
	case status == 0 || status >= 500:
		return nil, nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, fault.New(fault.Conflict, op, "report.error.log_in")
	case status >= 300 && status != http.StatusConflict:
		return nil, fault.New(fault.Conflict, op, "report.error.not_dhis2")
	}
	sum, job := parse(raw)
	if sum != nil {
		return sum, nil
	}
	if job == "" {
		return nil, fault.New(fault.Conflict, op, "report.error.not_dhis2")
	}
	return c.job(ctx, to, job)
}

// job waits until an import that goes on in the background is done, and reads its summary.
func (c Client) job(ctx context.Context, to report.Target, id string) (*summary, error) {
	for i := range mostPolls {
		if err := c.pause(ctx, i); err != nil {
			return nil, err
		}
		status, raw, err := c.ask(ctx, to, http.MethodGet, "/api/system/taskSummaries/DATAVALUE_IMPORT/"+url.PathEscape(id), nil)
		if err != nil {
			return nil, err
		}
		if status != http.StatusOK {
			continue // there is none before the job is done
		}
		if sum, _ := parse(raw); sum != nil {
			return sum, nil
		}
	}
	return nil, nil
}

// readBack asks for the values and compares them.
func (c Client) readBack(ctx context.Context, to report.Target, set report.Set, rows []report.Row, deleted, dry bool) (report.Outcome, error) {
	unknown := report.Outcome{State: report.PushUnknown}
	if dry {
		return unknown, nil
	}
	q := url.Values{"dataSet": {set.DataSet}, "period": {set.Period}, "orgUnit": {set.OrgUnit}}
	status, raw, err := c.ask(ctx, to, http.MethodGet, "/api/dataValueSets?"+q.Encode(), nil)
	var there dataValueSet
	if err != nil || status != http.StatusOK || json.Unmarshal(raw, &there) != nil {
		return unknown, err
	}
	out := report.Outcome{State: report.PushSent, Confirmed: true}
	for i, r := range rows {
		same := false
		for _, v := range there.DataValues {
			if v.DataElement == r.Element && (r.Combo == "" || v.CategoryOptionCombo == r.Combo) && !v.Deleted {
				same = deleted || v.Value == r.Value
			}
		}
		switch {
		case same && !deleted:
			out.Stored++
		case !same && deleted:
			out.Deleted++
		default:
			out.Conflicts = append(out.Conflicts, report.Conflict{Row: i})
		}
	}
	if len(out.Conflicts) > 0 {
		out.State = report.PushPartial
		if len(out.Conflicts) == len(rows) {
			out.State = report.PushUnknown // perhaps it never came there
		}
	}
	return out, nil
}

// ask makes a request, again while nobody answers or the server fails. A status of 0 is no
// answer at all.
func (c Client) ask(ctx context.Context, to report.Target, method, path string, body []byte) (status int, raw []byte, err error) {
	tries := c.Tries
	if tries == 0 {
		tries = 3
	}
	for i := range tries {
		if i > 0 {
			if err := c.pause(ctx, i-1); err != nil {
				return 0, nil, err
			}
		}
		status, raw, err = c.once(ctx, to, method, path, body)
		if err != nil || status != 0 && status < 500 {
			return status, raw, err
		}
	}
	return status, nil, nil
}

func (c Client) once(ctx context.Context, to report.Target, method, path string, body []byte) (int, []byte, error) {
	const op = "dhis2.once"
	req, err := http.NewRequestWithContext(ctx, method, to.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fault.New(fault.Invalid, op, "report.error.url") // without its cause, which has the address
	}
	req.SetBasicAuth(to.User, to.Password)
	req.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http().Do(req)
	if ctx.Err() != nil {
		return 0, nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "report.error.stopped"}
	}
	if err != nil {
		return 0, nil, nil // a timeout, a line that broke: nobody knows whether it came there
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err != nil || len(raw) > answerLimit {
		return 0, nil, nil
	}
	return resp.StatusCode, raw, nil
}

// pause waits, longer each time.
func (c Client) pause(ctx context.Context, i int) error {
	wait := c.Wait
	if wait == 0 {
		wait = 2 * time.Second
	}
	t := time.NewTimer(wait << min(i, 4))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return &fault.Error{Code: fault.Unavailable, Op: "dhis2.pause", Key: "report.error.stopped"}
	}
}

// summary is what an import comes to.
type summary struct {
	Status      string `json:"status"`
	ImportCount *struct {
		Imported, Updated, Ignored, Deleted int
	} `json:"importCount"`
	Conflicts []struct {
		Object, Value, ErrorCode string
		Indexes                  []int
	} `json:"conflicts"`
	RejectedIndexes []int `json:"rejectedIndexes"`
}

// parse reads a summary, at the root or under response, or the id of a job.
func parse(raw []byte) (sum *summary, job string) {
	var out struct {
		summary
		Response *struct {
			summary
			ID       string `json:"id"`
			Endpoint string `json:"relativeNotifierEndpoint"`
		} `json:"response"`
	}
	if json.Unmarshal(raw, &out) != nil {
		return nil, ""
	}
	if out.Response != nil {
		if out.Response.ImportCount != nil {
			return &out.Response.summary, ""
		}
		if out.Response.Endpoint != "" {
			return nil, out.Response.ID
		}
	}
	if out.ImportCount != nil {
		return &out.summary, ""
	}
	return nil, ""
}

func (s *summary) stored() int { return s.ImportCount.Imported + s.ImportCount.Updated }

// silent reports whether all values were passed over and nobody says why: up to 2.42 that
// is how values are answered that are there already.
func (s *summary) silent(rows int) bool {
	return s.ImportCount.Ignored >= rows && rows > 0 && s.stored() == 0 && s.ImportCount.Deleted == 0 && len(s.Conflicts) == 0 && len(s.RejectedIndexes) == 0 && !strings.EqualFold(s.Status, "ERROR")
}

// outcome is what the summary means.
func (s *summary) outcome(rows int, deleted bool) report.Outcome {
	n := s.ImportCount
	out := report.Outcome{State: report.PushSent, Stored: s.stored(), Ignored: n.Ignored, Deleted: n.Deleted}
	named := map[int]bool{}
	for _, x := range s.Conflicts {
		at := x.Indexes
		if len(at) == 0 {
			at = []int{-1}
		}
		for _, i := range at {
			if i >= rows || i < -1 {
				i = -1
			}
			named[i] = true
			if len(out.Conflicts) < mostTold {
				out.Conflicts = append(out.Conflicts, report.Conflict{Row: i, Code: short(x.ErrorCode, 20), Text: short(x.Value, 300)})
			}
		}
	}
	for _, i := range s.RejectedIndexes {
		if i >= 0 && i < rows && !named[i] && len(out.Conflicts) < mostTold {
			out.Conflicts = append(out.Conflicts, report.Conflict{Row: i})
		}
	}
	done := out.Stored
	if deleted {
		done = out.Deleted
	}
	switch failed := strings.EqualFold(s.Status, "ERROR"); {
	case done == 0 && (failed || len(out.Conflicts) > 0):
		out.State = report.PushRejected
	case failed || len(out.Conflicts) > 0 || !deleted && done+n.Ignored < rows:
		out.State = report.PushPartial
	}
	return out
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
