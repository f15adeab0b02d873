package verify

import (
	"iter"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// Headers are those that a page must be served with: site/headers.json.
type Headers struct {
	All    map[string]string // with every answer
	Secure map[string]string // over https with every answer
}

func (h Headers) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, some := range []map[string]string{h.All, h.Secure} {
			for name := range maps.Keys(some) {
				if !yield(name) {
					return
				}
			}
		}
	}
}

// headerCheck gathers what is wrong with the headers of a host, so that it is told once, and not for each file.
type headerCheck struct {
	headers Headers
	https   bool
	answers int
	wrong   map[headerProblem][]string // the files on whose answers it was seen
}

// leading are headers by which a host could lead a browser away from the page, or have it load what the page does not name.
var leading = []string{"Refresh", "Link"}

type headerProblem struct{ header, how string }

func newHeaderCheck(headers Headers, https bool) *headerCheck {
	return &headerCheck{headers: headers, https: https, wrong: map[headerProblem][]string{}}
}

// look takes note of the headers of one answer.
func (c *headerCheck) look(name string, got answer) {
	c.answers++
	note := func(header, how string) {
		problem := headerProblem{header, how}
		c.wrong[problem] = append(c.wrong[problem], name)
	}
	for _, header := range leading {
		if values := got.header.Values(header); len(values) > 0 {
			note(header, "is "+quoted(values[0])+", and may not be there")
		}
	}
	for header, want := range c.headers.All {
		if how := compareHeader(header, want, got.header.Values(header)); how != "" {
			note(header, how)
		}
	}
	for header, want := range c.headers.Secure {
		values := got.header.Values(header)
		if len(values) == 0 && !c.https {
			continue // browsers do not heed it there
		}
		if how := compareHeader(header, want, values); how != "" {
			note(header, how)
		}
	}
}

var maxAge = regexp.MustCompile(`(?i)^\s*max-age="?([0-9]{1,15})"?\s*(;.*)?$`)

// compareHeader says how a header differs from what it should be, or nothing.
func compareHeader(name, want string, values []string) string {
	switch {
	case len(values) == 0:
		return "is missing"
	case len(values) > 1:
		return "is there " + strconv.Itoa(len(values)) + " times, and has to be there once"
	case values[0] == want:
		return ""
	}
	// Of this one there can be more than is asked for.
	if http.CanonicalHeaderKey(name) == "Strict-Transport-Security" {
		if ours, theirs := maxAge.FindStringSubmatch(want), maxAge.FindStringSubmatch(values[0]); ours != nil && theirs != nil {
			a, _ := strconv.Atoi(ours[1])
			if b, _ := strconv.Atoi(theirs[1]); b >= a {
				return ""
			}
		}
	}
	return "is " + quoted(values[0]) + " and has to be " + quoted(want)
}

// tell reports what was seen.
func (c *headerCheck) tell(found func(file, what, format string, args ...any)) {
	for problem, files := range c.wrong {
		slices.Sort(files)
		found("", "headers", "%s %s, on %d of %d answers, such as that for %s", problem.header, problem.how, len(files), c.answers, shown(files[0]))
	}
}
