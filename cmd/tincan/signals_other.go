//go:build !unix

package main

import "os"

// On other systems there is no editor: lines are read as the system gives them.
const canEdit = false

var stopSignal os.Signal

func (e *editor) watchSignals() {}

func (e *editor) stop() {}
