//go:build js

package peer

import (
	"syscall/js"

	"tincan/internal/sdp"
)

// ownCandidate is what a candidate line says of a candidate of our own.
func ownCandidate(line sdp.CandidateLine) candidate {
	port, _ := sdp.Decimal(line.Port, 5)
	return candidate{
		candidateType: line.Type,
		address:       line.Address,
		port:          port,
		base:          line.Extension("raddr") + " " + line.Extension("rport"),
	}
}

// selectedPair finds the candidate pair in use in the statistics: the transport names it, except
// in Firefox, where the pair itself says so.
func selectedPair(stats js.Value) js.Value {
	values := js.Global().Get("Array").Call("from", stats.Call("values"))
	for i := range values.Length() {
		entry := values.Index(i)
		switch entry.Get("type").String() {
		case "transport":
			if id := entry.Get("selectedCandidatePairId"); id.Truthy() {
				return stats.Call("get", id)
			}
		case "candidate-pair":
			if selected := entry.Get("selected"); selected.Truthy() {
				return entry
			}
		}
	}
	return js.Undefined()
}

// endOf is what the statistics say of a candidate.
func endOf(candidate js.Value) end {
	if !candidate.Truthy() {
		return end{}
	}
	e := end{candidateType: candidate.Get("candidateType").String()}
	if address := candidate.Get("address"); address.Type() == js.TypeString {
		e.address = address.String()
	}
	return e
}
