package verify

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Limits of the search for names.
const (
	maxText  = 8 << 20 // bytes of a file that is searched
	maxNames = 10_000  // in one file
	maxFound = 300     // names in all files together that are not in the manifest
)

// readsNames tells whether a file can name other files.
func readsNames(name string) bool {
	switch path.Ext(name) {
	case ".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest":
		return true
	}
	return false
}

// attributes of HTML and SVG that name something to load.
var attributes = map[string]bool{"src": true, "href": true, "xlink:href": true, "data": true, "poster": true, "action": true, "formaction": true, "srcset": true}

// inText is what looks like the name of a file in a script, a style or JSON: in quotes or in url( ),
// with an ending. What a script puts together while it runs is not found.
var inText = regexp.MustCompile("[\"'`(]((?:https?:)?[0-9A-Za-z._/-]*/)?([0-9A-Za-z._-]+\\.(?:js|mjs|css|wasm|json|webmanifest|html|svg|png|jpg|jpeg|gif|webp|avif|ico|woff2?|ttf|txt|map|mp3|ogg|mp4|pdf|xml))(?:[?#][^\"'`)]*)?[\"'`)]")

// named returns what a file of the page names, as URLs, each once, and whether that is all.
func named(at *url.URL, name string, text []byte) (found []*url.URL, all bool) {
	known := map[string]bool{}
	add := func(reference string) {
		if len(found) > maxNames {
			return
		}
		if u, err := at.Parse(strings.TrimSpace(reference)); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !known[u.String()] {
			known[u.String()] = true
			found = append(found, u)
		}
	}
	if ext := path.Ext(name); ext == ".html" || ext == ".svg" {
		tokens := html.NewTokenizer(bytes.NewReader(text))
		tokens.SetMaxBuf(maxText)
		for kind := tokens.Next(); kind != html.ErrorToken && len(found) <= maxNames; kind = tokens.Next() {
			if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
				continue
			}
			for _, attribute := range tokens.Token().Attr {
				if attribute.Key == "srcset" {
					for candidate := range strings.SplitSeq(attribute.Val, ",") {
						add(strings.Fields(candidate + " .")[0])
					}
				} else if attributes[attribute.Key] {
					add(attribute.Val)
				}
			}
		}
	}
	matches := inText.FindAllSubmatch(text, maxNames+1)
	for _, match := range matches {
		add(string(match[1]) + string(match[2]))
	}
	return found, len(found) <= maxNames && len(matches) <= maxNames
}
