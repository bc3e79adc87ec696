// Package dhis2test is a DHIS2 as far as data value sets go, for tests: it keeps values by
// their key, refuses what its documentation says is refused, and answers in the shapes of
// several versions. It shares no code with the client.
package dhis2test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Stub is the server.
type Stub struct {
	User, Password string
	OrgUnits       map[string]bool
	Refuse         map[string]string // data element: the code of the error at it
	Old            bool              // up to 2.42: 409 for WARNING, unchanged values are ignored, the summary at the root
	Async          bool              // answers with a job
	Lost           int               // answers that are stored and never come
	Fail           int               // answers that are a server's error, before anything is stored

	mu     sync.Mutex
	values map[string]string
	pushes int
	jobs   map[string][]byte
}

// Values are what it holds: "element combo" and the value, by org unit and period.
func (s *Stub) Values(unit, period string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for k, v := range s.values {
		if rest, ok := strings.CutPrefix(k, unit+" "+period+" "); ok {
			out[rest] = v
		}
	}
	return out
}

// Pushes is how many requests wanted to store or delete something.
func (s *Stub) Pushes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushes
}

const plain = "HllvX50cXC0" // the default category option combo of every DHIS2

type set struct {
	DataSet, Period, OrgUnit, CompleteDate string
	DataValues                             []struct {
		DataElement, CategoryOptionCombo string
		Value                            *string
		Deleted                          bool
	}
}

// ServeHTTP implements http.Handler.
func (s *Stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if u, p, _ := r.BasicAuth(); u != s.User || p != s.Password {
		http.Error(w, `{"httpStatusCode":401}`, http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/system/taskSummaries/DATAVALUE_IMPORT/"):
		body, ok := s.jobs[r.URL.Path[len("/api/system/taskSummaries/DATAVALUE_IMPORT/"):]]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	case r.URL.Path != "/api/dataValueSets":
		http.NotFound(w, r)
	case r.Method == http.MethodGet:
		s.read(w, r)
	case r.Header.Get("Content-Type") != "application/json":
		http.Error(w, "", http.StatusUnsupportedMediaType)
	default:
		s.push(w, r)
	}
}

func (s *Stub) read(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	prefix := q.Get("orgUnit") + " " + q.Get("period") + " "
	list := []map[string]string{}
	for k, v := range s.values {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			e, c, _ := strings.Cut(rest, " ")
			list = append(list, map[string]string{"dataElement": e, "categoryOptionCombo": c, "value": v, "period": q.Get("period"), "orgUnit": q.Get("orgUnit")})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"dataValues": list})
}

type conflict struct {
	Object    string `json:"object"`
	Value     string `json:"value"`
	ErrorCode string `json:"errorCode"`
	Indexes   []int  `json:"indexes"`
}

func (s *Stub) push(w http.ResponseWriter, r *http.Request) {
	if s.Fail > 0 {
		s.Fail--
		http.Error(w, "", http.StatusBadGateway)
		return
	}
	var in set
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	q := r.URL.Query()
	dry := q.Get("dryRun") == "true"
	if !dry {
		s.pushes++
	}
	status, updated, imported, ignored, deleted := "SUCCESS", 0, 0, 0, 0
	var conflicts []conflict
	if !s.OrgUnits[in.OrgUnit] {
		status, ignored = "ERROR", len(in.DataValues)
		conflicts = append(conflicts, conflict{in.OrgUnit, "Org unit not in data set", "E8022", nil})
	} else {
		for i, v := range in.DataValues {
			combo := v.CategoryOptionCombo
			if combo == "" {
				combo = plain
			}
			key := in.OrgUnit + " " + in.Period + " " + v.DataElement + " " + combo
			old, there := s.values[key]
			switch code := s.Refuse[v.DataElement]; {
			case code != "":
				ignored++
				conflicts = append(conflicts, conflict{v.DataElement, "Value refused", code, []int{i}})
			case q.Get("importStrategy") == "DELETE" || v.Deleted:
				deleted++
				if !dry {
					delete(s.values, key)
				}
			case v.Value == nil:
				ignored++
			case s.Old && there && old == *v.Value:
				ignored++
			default:
				if s.Old && !there {
					imported++
				} else {
					updated++
				}
				if !dry {
					if s.values == nil {
						s.values = map[string]string{}
					}
					s.values[key] = *v.Value
				}
			}
		}
		if len(conflicts) > 0 {
			status = "WARNING"
			if updated+imported+deleted == 0 {
				status = "ERROR"
			}
		}
	}
	s.answer(w, r, dry, status, map[string]any{"responseType": "ImportSummary", "status": status, "importCount": map[string]int{"imported": imported, "updated": updated, "ignored": ignored, "deleted": deleted}, "conflicts": conflicts})
}

func (s *Stub) answer(w http.ResponseWriter, r *http.Request, dry bool, status string, summary map[string]any) {
	if s.Lost > 0 && !dry {
		s.Lost--
		select { // the client gives up first
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		return
	}
	if s.Async {
		if s.jobs == nil {
			s.jobs = map[string][]byte{}
		}
		id := fmt.Sprintf("job%08d", len(s.jobs))
		s.jobs[id], _ = json.Marshal(summary) // maps of plain values
		_ = json.NewEncoder(w).Encode(map[string]any{"httpStatusCode": 200, "status": "OK", "response": map[string]any{"responseType": "JobConfigurationWebMessageResponse", "id": id, "jobType": "DATAVALUE_IMPORT",
			"relativeNotifierEndpoint": "/api/system/tasks/DATAVALUE_IMPORT/" + id}})
		return
	}
	code := http.StatusOK
	if status == "ERROR" || s.Old && status == "WARNING" {
		code = http.StatusConflict
	}
	w.WriteHeader(code)
	if s.Old {
		_ = json.NewEncoder(w).Encode(summary)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"httpStatusCode": code, "status": status, "response": summary})
}
