// Package site is the built page and the headers it is served with, inside
// the Go programs. The page is built into dist by make; dist.txt stands in
// before that, so that the Go code always compiles.
package site

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
)

//go:embed all:dist* headers.json
var files embed.FS

// ErrNotBuilt is returned by Page where the page was not built first.
var ErrNotBuilt = errors.New("this program was built without its page: run make build")

// Page is the built page: index.html and what it names.
func Page() (fs.FS, error) {
	if _, err := fs.Stat(files, "dist/index.html"); err != nil {
		return nil, ErrNotBuilt
	}
	return fs.Sub(files, "dist")
}

// Compressed has files of the page under the same names, compressed with brotli. It is empty
// where make has not made them.
func Compressed() fs.FS {
	small, _ := fs.Sub(files, "dist.br") // fails only for a name that cannot be a folder's
	return small
}

// Headers are headers.json, the one home of the security headers.
type Headers struct {
	All    map[string]string `json:"all"`
	Secure map[string]string `json:"secure"` // on https and on localhost
	Cache  struct {
		Page   string `json:"page"`
		Assets string `json:"assets"` // files with a hash in their name
	} `json:"cache"`
}

// LoadHeaders reads headers.json; it fails only if the file is broken.
func LoadHeaders() (Headers, error) {
	var h Headers
	raw, err := files.ReadFile("headers.json")
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	return h, err
}
