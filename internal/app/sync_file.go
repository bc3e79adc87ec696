package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/godwit-health/godwit/internal/edge/sync"
)

// What a link would carry as a file, on a stick. The file appears under its name when
// it is whole, and not before.

func (n *Node) ExportBatch(ctx context.Context, path string) ([]string, error) {
	var b sync.Batch
	err := wholeFile(path, func(w io.Writer) (err error) {
		b, err = n.Sync.Export(ctx, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("%d changes are in %s, encrypted to the hub. Until its answer is imported here, they count as not sent.", b.Sent, path)}, nil
}

func (n *Node) importBatch(ctx context.Context, path, reply string) ([]string, error) {
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	if reply == "" {
		b, err := n.Sync.Import(ctx, open, io.Discard)
		if err != nil {
			return nil, explainFile(path, err)
		}
		if b.Node != "" {
			return []string{fmt.Sprintf("%d changes of %s were taken. Give --reply FILE to make the answer that tells it so.", b.Received, b.Node)}, nil
		}
		return []string{fmt.Sprintf("%d changes were taken from the hub's answer", b.Received)}, nil
	}
	var b sync.Batch
	err := wholeFile(reply, func(w io.Writer) (err error) {
		b, err = n.Sync.Import(ctx, open, w)
		return err
	})
	if err != nil {
		return nil, explainFile(path, err)
	}
	if b.Node == "" {
		_ = os.Remove(reply)
		return []string{fmt.Sprintf("%d changes were taken from the hub's answer, which needs no reply", b.Received)}, nil
	}
	return []string{fmt.Sprintf("%d changes of %s were taken; the answer with %d for it is in %s", b.Received, b.Node, b.Sent, reply)}, nil
}

func explainFile(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return &explained{fmt.Sprintf("%s cannot be read", path), err}
	}
	return err
}

// wholeFile writes a file that is there whole or not at all. One that exists is kept.
func wholeFile(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return &explained{path + " exists; give another name, or remove it", os.ErrExist}
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return &explained{fmt.Sprintf("cannot write %s", path), err}
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
	}
	return err
}
