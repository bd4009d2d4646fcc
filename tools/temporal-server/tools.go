//go:build tools

// Package tools pins the production Temporal server and its schema tool, which are built where no container runs.
package tools

import (
	_ "go.temporal.io/server/cmd/server"
	_ "go.temporal.io/server/cmd/tools/sql"
)
