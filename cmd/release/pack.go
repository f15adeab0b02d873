package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// packed is a file in an archive. Whether it may be run is said here and not asked of the disk, where it follows from the
// umask, and on Windows from nothing.
type packed struct {
	name string
	mode int64
	body []byte
}

// writeArchive packs NAME=FILE pairs, of which the first is the program, in a folder that is called as the archive is. All
// that could differ between two computers is fixed: order, times, owners, modes.
func writeArchive(out, epoch string, pairs []string) error {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("pack %s: the time is not in seconds since 1970: %q", out, epoch)
	}
	var files []packed
	for i, pair := range pairs {
		name, file, ok := strings.Cut(pair, "=")
		if !ok || name == "" || name != path.Clean(name) || strings.ContainsAny(name, `/\`) {
			return fmt.Errorf("pack %s: %q is no NAME=FILE", out, pair)
		}
		body, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("pack %s: %w", out, err)
		}
		mode := int64(0o644)
		if i == 0 {
			mode = 0o755
		}
		files = append(files, packed{name: name, mode: mode, body: body})
	}
	write, folder := writeZip, strings.TrimSuffix(filepath.Base(out), ".zip")
	if base, is := strings.CutSuffix(filepath.Base(out), ".tar.gz"); is {
		write, folder = writeTar, base
	} else if filepath.Ext(out) != ".zip" {
		return fmt.Errorf("pack %s: only .tar.gz and .zip are written", out)
	}
	f, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	if err = errors.Join(write(f, folder+"/", time.Unix(seconds, 0).UTC(), files), f.Close()); err != nil {
		_ = os.Remove(out)
		return fmt.Errorf("pack %s: %w", out, err)
	}
	return nil
}

func writeTar(w io.Writer, folder string, at time.Time, files []packed) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		header := &tar.Header{
			Format: tar.FormatUSTAR, Typeflag: typeOf(f.mode), Name: folder + f.name,
			Size: int64(len(f.body)), Mode: f.mode &^ folderMode, ModTime: at, Uname: "root", Gname: "root",
		}
		if err := t.WriteHeader(header); err != nil {
			return err
		}
		if _, err := t.Write(f.body); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func writeZip(w io.Writer, folder string, at time.Time, files []packed) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, f := range files {
		header := &zip.FileHeader{Name: folder + f.name, Method: zip.Deflate, Modified: at}
		header.SetMode(os.FileMode(f.mode))
		part, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.body); err != nil {
			return err
		}
	}
	return z.Close()
}

// writeSums writes SHA256SUMS of all files in a folder, in the order of their names, as sha256sum -c reads it.
func writeSums(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("sums: %w", err)
	}
	var sums strings.Builder
	for _, entry := range entries {
		if entry.Name() == "SHA256SUMS" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return fmt.Errorf("sums: %w", err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(body), entry.Name())
	}
	if sums.Len() == 0 {
		return fmt.Errorf("sums: there is no file in %s", folder)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
